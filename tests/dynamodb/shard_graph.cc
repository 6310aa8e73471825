// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/shard_graph.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>

namespace leftfold::test_dynamodb {
namespace {

// Spreads what a hash of texts may leave together (the finalizer of splitmix64, Steele, Lea and Flood, 2014).
std::uint64_t spread(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::uint64_t hash_of(const std::string& item) { return spread(std::hash<std::string>{}(item)); }

void set_sequence(std::string& json, const std::string& sequence) {
  constexpr std::string_view kName = "\"SequenceNumber\":\"";
  const std::size_t from = json.find(kName);
  if (from == json.npos) throw std::logic_error{"a record without a sequence number: " + json};
  const std::size_t begin = from + kName.size();
  json.replace(begin, json.find('"', begin) - begin, sequence);
}

bool is_less(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

}  // namespace

std::string sequence_number(std::uint64_t n) { return std::to_string(n) + std::string(20, '0'); }

ShardGraph::ShardGraph(const StreamFaults& faults, std::string prefix)
    : faults_{faults}, prefix_{std::move(prefix)}, random_{faults.seed} {
  open({}, 0, std::numeric_limits<std::uint64_t>::max(), 1);
  shards_.back().shown_from = 0;  // a stream without a shard there is not
}

int ShardGraph::some_lists() { return std::uniform_int_distribution<int>{0, faults_.late}(random_); }

void ShardGraph::open(std::string parent, std::uint64_t low, std::uint64_t high, std::size_t generation) {
  Node node;
  node.id = "shardId-" + prefix_ + "-" + std::to_string(shards_.size() + 1);
  node.parent = std::move(parent);
  node.low = low;
  node.high = high;
  node.generation = generation;
  node.shown_from = lists_ + some_lists();
  shards_.push_back(std::move(node));
}

/// Of one item, the records keep their order: they change places with others only.
void ShardGraph::shuffle(std::vector<Record>& records) {
  std::vector<std::size_t> order(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::shuffle(order, random_);
  std::map<std::string_view, std::vector<std::size_t>> places;  // of each item, in the new order
  for (std::size_t at = 0; at < order.size(); ++at) places[records[order[at]].item].push_back(at);
  for (auto& [item, at] : places) {
    std::vector<std::size_t> old;
    for (const std::size_t place : at) old.push_back(order[place]);
    std::ranges::sort(old);
    for (std::size_t i = 0; i < at.size(); ++i) order[at[i]] = old[i];
  }
  std::vector<Record> shuffled;
  shuffled.reserve(records.size());
  for (const std::size_t old : order) shuffled.push_back(std::move(records[old]));
  records = std::move(shuffled);
}

void ShardGraph::add(std::vector<Record> records) {
  const std::size_t window = std::max<std::size_t>(faults_.window, 1);
  for (std::size_t from = 0; from < records.size(); from += window) {
    const auto first = records.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(window, records.size() - from));
    std::vector<Record> some{std::make_move_iterator(first), std::make_move_iterator(last)};
    shuffle(some);
    for (Record& record : some) put(std::move(record));
  }
}

void ShardGraph::put(Record record) {
  const std::uint64_t hash = hash_of(record.item);
  const auto takes = [&](const Node& node) { return !node.ended && node.low <= hash && hash <= node.high; };
  const auto found = std::ranges::find_if(shards_, takes);
  if (found == shards_.end()) throw std::logic_error{"the stream is closed"};
  record.sequence = sequence_number(++records_);
  set_sequence(record.json, record.sequence);
  found->records.push_back(std::move(record));
  if (faults_.records_a_shard > 0 && found->records.size() >= faults_.records_a_shard) {
    end(static_cast<std::size_t>(found - shards_.begin()));
  }
}

void ShardGraph::end(std::size_t place) {
  Node& node = shards_[place];
  node.ended = true;
  node.ended_from = std::max(node.shown_from, lists_ + some_lists());
  const auto open_shards =
      static_cast<std::size_t>(std::ranges::count_if(shards_, [](const Node& each) { return !each.ended; }));
  const std::string parent = node.id;
  const std::uint64_t low = node.low, high = node.high;
  const std::size_t generation = node.generation + 1;
  if (open_shards + 2 <= faults_.most_open) {
    ++splits_;
    const std::uint64_t middle = low + (high - low) / 2;
    open(parent, low, middle, generation);
    open(parent, middle + 1, high, generation);
  } else {
    ++rollovers_;
    open(parent, low, high, generation);
  }
}

void ShardGraph::close() {
  for (Node& node : shards_) {
    if (!node.ended) node.ended_from = lists_;
    node.ended = true;
  }
}

std::size_t ShardGraph::generations() const {
  return std::ranges::max_element(shards_, {}, &Node::generation)->generation;
}

std::vector<Shard> ShardGraph::list(const std::string& children_of) {
  ++lists_;
  std::vector<Shard> shown;
  for (auto node = shards_.rbegin(); node != shards_.rend(); ++node) {
    if (node->gone || node->shown_from > lists_) continue;
    if (!children_of.empty() && node->parent != children_of) continue;
    shown.push_back({node->id, node->parent, node->ended && node->ended_from <= lists_});
  }
  return shown;
}

const ShardGraph::Node* ShardGraph::find(const std::string& id) const {
  const auto found = std::ranges::find(shards_, id, &Node::id);
  return found == shards_.end() || found->gone ? nullptr : &*found;
}

ShardGraph::Page ShardGraph::place(const std::string& shard, const std::string& after) const {
  Page page;
  const Node* const node = find(shard);
  if (node == nullptr) {
    page.outcome = Page::Outcome::gone;
    return page;
  }
  page.next = node->trimmed;
  if (after.empty()) return page;
  const auto found = std::ranges::upper_bound(node->records, after, is_less, &Record::sequence);
  page.next = static_cast<std::size_t>(found - node->records.begin());
  if (page.next < node->trimmed) page.outcome = Page::Outcome::trimmed;
  return page;
}

ShardGraph::Page ShardGraph::read(const std::string& shard, std::size_t place, std::size_t max) const {
  Page page;
  const Node* const node = find(shard);
  if (node == nullptr || place < node->trimmed) {
    page.outcome = node == nullptr ? Page::Outcome::gone : Page::Outcome::trimmed;
    return page;
  }
  page.next = std::min(place + max, node->records.size());
  for (std::size_t i = place; i < page.next; ++i) page.records.push_back(node->records[i].json);
  page.ended = node->ended && page.next == node->records.size();
  return page;
}

std::size_t ShardGraph::trim(std::size_t records) {
  std::size_t done = 0;
  for (; done < records; ++done) {
    Node* oldest = nullptr;
    for (Node& node : shards_) {
      if (node.trimmed == node.records.size()) continue;
      if (oldest == nullptr ||
          is_less(node.records[node.trimmed].sequence, oldest->records[oldest->trimmed].sequence)) {
        oldest = &node;
      }
    }
    if (oldest == nullptr) break;
    ++oldest->trimmed;
  }
  return done;
}

std::size_t ShardGraph::forget() {
  std::size_t forgotten = 0;
  for (Node& node : shards_) {
    if (node.gone || !node.ended || node.trimmed < node.records.size()) continue;
    node.gone = true;
    ++forgotten;
  }
  return forgotten;
}

}  // namespace leftfold::test_dynamodb
