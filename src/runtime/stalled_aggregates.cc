// SPDX-License-Identifier: Apache-2.0
#include "runtime/stalled_aggregates.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <leftfold/clock.h>

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;

// A transaction of DynamoDB is applied item by item within milliseconds.
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{200};
constexpr std::chrono::seconds kPatience{60};
constexpr int kCorruptTries = 3;
constexpr std::chrono::seconds kCorruptPatience{1};

// A commit that is seen half is not corrupt for as long as this.
bool surely_corrupt(const Stall& stall, int tries, Instant now) {
  return tries >= kCorruptTries && now - stall.since >= kCorruptPatience;
}

}  // namespace

bool StalledAggregates::stall(AggregateEntry& entry, Stall::Kind kind, std::string why, Instant now) {
  if (!entry.stall) {
    entry.stall = std::make_unique<Stall>();
    entry.stall->turn = turns_.end();
    entry.stall->kind = kind;
    entry.stall->at = entry.sent;
    entry.stall->wanted = entry.sent;
    entry.stall->since = now;
  } else if (entry.stall->kind == kind && entry.stall->at == entry.sent) {
    ++entry.stall->tries;
  } else {
    if (std::exchange(entry.stall->blocked, false)) --blocked_;
    entry.stall->kind = kind;
    entry.stall->at = entry.sent;
    entry.stall->since = now;
    entry.stall->tries = 1;
  }
  Stall& stall = *entry.stall;
  stall.why = std::move(why);
  const bool surely_blocked = kind == Stall::Kind::refused ||
                              (kind == Stall::Kind::gap && now - stall.since >= kPatience) ||
                              (kind == Stall::Kind::corrupt && surely_corrupt(stall, stall.tries, now));
  const bool newly_blocked = surely_blocked && !stall.blocked;
  if (newly_blocked) block(entry);
  const auto turn = turns_.emplace(now + pause(stall), &entry);
  if (stall.turn != turns_.end()) turns_.erase(stall.turn);
  stall.turn = turn;
  return newly_blocked;
}

void StalledAggregates::block(AggregateEntry& entry) {
  entry.stall->blocked = true;
  ++blocked_;
  log_.log(LogLevel::error, "publisher",
           "an aggregate is blocked: its next event cannot be published; later ones wait, other aggregates go on",
           {{"aggregate", entry.id},
            {"version", std::to_string(entry.sent + 1)},
            {"cause", entry.stall->why},
            {"again_in_ms", std::to_string(blocked_retry_.count())}});
}

void StalledAggregates::clear(AggregateEntry& entry) {
  if (!entry.stall) return;
  if (entry.stall->blocked) {
    --blocked_;
    log_.log(LogLevel::info, "publisher", "an aggregate that was blocked goes on",
             {{"aggregate", entry.id}, {"version", std::to_string(entry.sent)}});
  }
  turns_.erase(entry.stall->turn);
  entry.stall.reset();
}

milliseconds StalledAggregates::pause(const Stall& stall) const noexcept {
  if (stall.blocked) return blocked_retry_;
  if (stall.kind == Stall::Kind::postponed) return milliseconds{0};
  return std::min(kLongestPause, kFirstPause * (1 << std::min(stall.tries - 1, 10)));
}

Instant StalledAggregates::next() const noexcept { return turns_.empty() ? kNever : turns_.begin()->first; }

std::vector<AggregateEntry*> StalledAggregates::due(Instant now) const {
  std::vector<AggregateEntry*> entries;
  for (auto at = turns_.begin(); at != turns_.end() && at->first <= now; ++at) entries.push_back(at->second);
  return entries;
}

std::vector<BlockedAggregate> StalledAggregates::blocked() const {
  std::vector<BlockedAggregate> all;
  for (const auto& [turn, entry] : turns_) {
    if (entry->stall->blocked) all.push_back({entry->id, entry->stall->why});
  }
  return all;
}

bool StalledAggregates::is_surely_corrupt(const AggregateEntry& entry, Instant now) noexcept {
  return entry.stall && entry.stall->kind == Stall::Kind::corrupt && entry.stall->at == entry.sent &&
         surely_corrupt(*entry.stall, entry.stall->tries + 1, now);
}

}  // namespace leftfold::inline v0::runtime
