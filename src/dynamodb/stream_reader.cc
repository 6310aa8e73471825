// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/stream_reader.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "core/in_quotes.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;

constexpr std::size_t kMaxPageBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kMostAskedFor = 100'000;  // a page of DynamoDB's holds 1 MB, so a higher limit says nothing

// A transaction is applied item by item within milliseconds; what is not whole after this is not going to be.
constexpr int kMostRereads = 10;
constexpr std::chrono::milliseconds kFirstWait{10};
constexpr std::chrono::milliseconds kLongestWait{200};

Expression key_condition(std::string_view aggregate_id, std::string_view comparison, Version version) {
  Expression key;
  key.text = "aggregateId = :a AND version " + std::string{comparison} + " :v";
  key.values = {{":a", aggregate_id}, {":v", number(version.value())}};
  return key;
}

}  // namespace

/// A page being read.
struct StreamReader::Run {
  std::string_view aggregate_id;
  std::size_t max;
  EventPage page;
  Version next;  // the version to come
  std::size_t bytes = 0;
  bool more = false;         // there is an event that the page has no room for
  bool gap = false;          // a later version came instead of `next`
  std::int64_t missing = 0;  // events of the last commit that did not come

  [[nodiscard]] bool full() const { return page.size() >= max || bytes >= kMaxPageBytes; }
};

EventPage StreamReader::read(std::string_view aggregate_id, Version from, std::size_t max) {
  Run run{aggregate_id, std::max<std::size_t>(max, 1), {}, std::max(from, Version{0})};
  for (int attempt = 0;; ++attempt) {
    run.gap = false;
    read_on(run, attempt);
    if (!run.gap && (run.more || run.missing == 0)) break;
    wait_for_the_rest(run, attempt);
  }
  run.page.set_at_end(!run.more);
  if (!run.more && !run.page.empty()) table_.known.saw(aggregate_id, run.page.back().version);
  return std::move(run.page);
}

void StreamReader::read_on(Run& run, int attempt) {
  if ((table_.packed || attempt > 0) && run.next > Version{0} && run.page.empty()) {
    // The version may stand inside an item of a whole commit, whose key is a lower one.
    if (const auto item = last_item(run.aggregate_id, run.next)) add_item(run, *item);
    if (run.more) return;
  }
  if (run.next.value() == std::numeric_limits<std::int64_t>::max()) return;
  QueryRequest query;
  query.table = table_.name;
  query.documents = kDocuments;
  query.key = key_condition(run.aggregate_id, ">=", run.next);
  const std::size_t wanted = run.max - run.page.size();
  if (wanted < kMostAskedFor) query.limit = static_cast<int>(wanted + 1);  // one more tells whether that is the end
  do {
    ItemPage items = table_.client.query(query);
    for (const Item& item : items.items) {
      add_item(run, item);
      if (run.gap || run.more) return;
    }
    query.after = std::move(items.last_key);
  } while (!query.after.empty());
}

void StreamReader::add_item(Run& run, const Item& item) {
  const ItemHead head = head_of(run.aggregate_id, item);
  if (head.last < run.next) return;
  if (head.first > run.next) {
    run.gap = true;
    return;
  }
  if (run.full()) {
    run.more = true;
    return;
  }
  const std::size_t before = run.page.size();
  const std::size_t room = run.max - before;
  run.more = add_events(run.page, run.aggregate_id, head, item, run.next, room) > room;
  for (std::size_t i = before; i < run.page.size(); ++i) {
    run.bytes += run.page[i].payload.size() + run.page[i].metadata.size() + run.page[i].type.size();
  }
  run.next = run.page.back().version.next();
  run.missing = head.commit_end().value() - head.last.value();
}

void StreamReader::wait_for_the_rest(const Run& run, int attempt) {
  if (attempt >= kMostRereads) {
    const std::string missing = std::to_string(run.next.value());
    throw Error{Errc::corrupt, "aggregate " + in_quotes(run.aggregate_id) + " lacks version " + missing + ", though " +
                                   (run.gap ? "a later one is there" : "it belongs to a commit that is there in part") +
                                   "; restore table " + table_.name + " from a backup"};
  }
  base::sleep_for(*table_.client.options().clock, std::min(kLongestWait, kFirstWait * (1 << attempt)));
}

std::optional<Item> StreamReader::last_item(std::string_view aggregate_id, Version up_to) {
  QueryRequest query;
  query.table = table_.name;
  query.documents = kDocuments;
  query.key = key_condition(aggregate_id, "<=", up_to);
  query.forward = false;
  query.limit = 1;
  do {
    ItemPage page = table_.client.query(query);
    if (!page.items.empty()) return std::move(page.items.front());
    query.after = std::move(page.last_key);
  } while (!query.after.empty());
  return std::nullopt;
}

std::optional<ItemHead> StreamReader::last(std::string_view aggregate_id) {
  const auto item = last_item(aggregate_id, Version{std::numeric_limits<std::int64_t>::max()});
  if (!item) return std::nullopt;
  return head_of(aggregate_id, *item);
}

std::optional<ItemHead> StreamReader::at(std::string_view aggregate_id, Version version) {
  const GetResult got = table_.client.get(table_.name, event_key(aggregate_id, version));
  if (!got.item) return std::nullopt;
  return head_of(aggregate_id, *got.item);
}

}  // namespace leftfold::inline v0::dynamodb
