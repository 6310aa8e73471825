// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/shard_discovery.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;

// The Kinesis adapter's: children of a shard that ended are mostly listed within a second or two.
constexpr int kAsks = 10;
constexpr milliseconds kFirstAsk{50};
constexpr milliseconds kLastAsk{1'000};

}  // namespace

ShardDiscovery::ShardDiscovery(ShardSearch& search, Pace pace, std::string publisher, Clock& clock, FailureNotes& notes)
    : search_{search},
      pace_{pace},
      publisher_{std::move(publisher)},
      clock_{clock},
      notes_{notes},
      random_{std::random_device{}()} {}

bool ShardDiscovery::tick(const LeaseBook& leases) {
  bool listed = take_answers(leases);
  if (!listing_ && clock_.instant() >= next_listing_) {
    listing_ = true;
    search_.ask(std::nullopt);
    listed = take_answers(leases) || listed;
  }
  ask();
  return take_answers(leases) || listed;
}

bool ShardDiscovery::take_answers(const LeaseBook& leases) {
  bool all = false;
  for (const ShardAnswer& answer : search_.take_answers()) {
    if (answer.parent) {
      children_listed(answer);
    } else {
      listed(answer, leases);
      all = all || !answer.failure;
    }
  }
  return all;
}

// False: the stream did not answer now.
bool ShardDiscovery::answered(const ShardAnswer& answer) {
  if (!answer.failure) return true;
  try {
    std::rethrow_exception(answer.failure);
  } catch (const Error& error) {
    if (!mends_itself(error)) throw;
    const std::string what = answer.parent ? "children of a shard of " : "stream of ";
    notes_.failed("leases or stream do not answer; trying again", what + publisher_, error.what());
    if (!answer.parent) failure_ = error.what();
  }
  return false;
}

void ShardDiscovery::listed(const ShardAnswer& answer, const LeaseBook& leases) {
  const Instant now = clock_.instant();
  listing_ = false;
  if (!answered(answer)) {
    next_listing_ = now + std::min(pace_.every, pace_.again);
    return;
  }
  failure_.clear();
  table_.merge(answer.list);
  // Together, workers would ask at the same time for ever.
  const auto spread = std::uniform_real_distribution{0.9, 1.1}(random_);
  next_listing_ = now + std::chrono::duration_cast<std::chrono::nanoseconds>(pace_.every * spread);
  for (const ShardName& name : table_.childless(leases)) ask_soon(name, kAsks - 1);
}

void ShardDiscovery::children_listed(const ShardAnswer& answer) {
  if (answered(answer)) table_.merge_children(answer.parent->stream, answer.list.shards);
  for (Ask& ask : asks_) {
    if (ask.shard != *answer.parent) continue;
    ask.asked = false;
    ++ask.tries;
    const milliseconds bound = std::min(kLastAsk, kFirstAsk * (1 << std::min(ask.tries, kAsks)));
    const auto pause = std::uniform_int_distribution<milliseconds::rep>{bound.count() / 2, bound.count()}(random_);
    ask.at = clock_.instant() + milliseconds{pause};
  }
  std::erase_if(asks_, [&](const Ask& ask) { return ask.tries >= kAsks || table_.has_children(ask.shard); });
}

void ShardDiscovery::ask_soon(const ShardName& shard, int tries) {
  if (table_.has_children(shard)) return;
  const auto same = [&](const Ask& ask) { return ask.shard == shard; };
  const auto known = std::find_if(asks_.begin(), asks_.end(), same);
  if (known == asks_.end()) asks_.push_back({shard, tries, {}, false});
  else known->tries = std::min(known->tries, tries);  // it ended while the question of a listing was on its way
}

void ShardDiscovery::ask() {
  std::erase_if(asks_, [&](const Ask& ask) { return table_.has_children(ask.shard); });
  for (Ask& ask : asks_) {
    if (ask.asked || ask.at > clock_.instant()) continue;
    ask.asked = true;
    search_.ask(ask.shard);
  }
}

Instant ShardDiscovery::next() const {
  Instant next = listing_ ? kNever : next_listing_;
  for (const Ask& ask : asks_) {
    if (!ask.asked) next = std::min(next, ask.at);
  }
  return next;
}

}  // namespace leftfold::inline v0::runtime
