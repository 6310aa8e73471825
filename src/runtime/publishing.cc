// SPDX-License-Identifier: Apache-2.0
#include "runtime/publishing.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <leftfold/error.h>

#include "runtime/unpublished_event.h"

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::int64_t kPageEvents = 64;  // of one read: DynamoDB's may have 400 KB each

}  // namespace

void Publishing::deliver(AggregateEntry& entry, std::int64_t version, const RecordedEvent* image, OpenChange& change,
                         std::uint64_t turn, const Until& until) {
  if (version > entry.sent) {
    if (entry.stall) {
      // A gap may be filled by a change that comes late.
      const bool fills = image != nullptr && version == entry.sent + 1 && entry.stall->kind == Stall::Kind::gap;
      if (!fills) return wait_for(entry, version, change);
      const std::int64_t wanted = entry.stall->wanted;
      if (!send(entry, *image, &change, until)) return wait_for(entry, version, change);
      if (entry.sent >= wanted) stalled_.clear(entry);
      else stall(entry, Stall::Kind::gap, entry.stall->why);
      return;
    }
    const std::int64_t before = image == nullptr ? version : version - 1;
    if (entry.sent < before && !catch_up(entry, before, turn, until)) return wait_for(entry, version, change);
    if (image != nullptr && version == entry.sent + 1) {
      if (!send(entry, *image, &change, until)) wait_for(entry, version, change);
      return;
    }
    if (image != nullptr) ++counts_.dropped;  // the cursor says so
  } else {
    ++counts_.dropped;
  }
  if (version <= entry.acked) {
    ChangeLane::settle(change);
  } else {
    wait_for(entry, version, change);
  }
}

void Publishing::wait_for(AggregateEntry& entry, std::int64_t version, OpenChange& change) {
  if (entry.stall) entry.stall->wanted = std::max(entry.stall->wanted, version);
  // Its lane cannot get past an earlier change that waits for this version too, so one a lane is enough, however much
  // comes for an aggregate that may be blocked for days.
  if (entry.stall && entry.stall->blocked && entry.raise_waiter(*change.lane, version)) {
    return ChangeLane::settle(change);
  }
  entry.add_waiter(version, change);
  cache_.rouse(entry);
}

bool Publishing::retry(std::uint64_t turn, const Until& until) {
  if (stalled_.empty()) return false;
  const Instant now = options_.clock->instant();
  if (stalled_.next() > now) return false;
  bool moved = false;
  for (AggregateEntry* entry : stalled_.due(now)) {  // one at least, however little time there is
    const std::int64_t sent = entry->sent;
    if (catch_up(*entry, entry->stall->wanted, turn, until)) {
      stalled_.clear(*entry);
      cache_.rest(*entry);
    }
    moved = moved || entry->sent != sent || !entry->stall;
    if (until.over()) break;
  }
  return moved;
}

// True: everything up to `version` is sent. False: it is stalled.
bool Publishing::catch_up(AggregateEntry& entry, std::int64_t version, std::uint64_t turn, const Until& until) {
  if (entry.stall || entry.sent < version - 1) load_anew(entry, turn);
  return entry.sent >= version || read_back(entry, version, until);
}

// Others may have published it meanwhile, and what they say is acknowledged.
void Publishing::load_anew(AggregateEntry& entry, std::uint64_t turn) {
  if (entry.loaded_in == turn) return;
  const std::array<std::string_view, 1> id{entry.id};
  const std::int64_t published = cursors_.load(id).at(0).value();
  entry.loaded_in = turn;
  if (published <= entry.acked) return;
  entry.acked = published;
  entry.sent = std::max(entry.sent, published);
  entry.settle_waiters();
}

bool Publishing::read_back(AggregateEntry& entry, std::int64_t version, const Until& until) {
  std::int64_t most = kPageEvents;
  for (bool first = true; entry.sent < version; first = false) {
    if (!first && until.over()) {
      stall(entry, Stall::Kind::postponed, "the rest is read back later");
      return false;
    }
    EventPage page;
    try {
      page = store_.read_stream(entry.id, Version{entry.sent + 1},
                                static_cast<std::size_t>(entry.sent < version - most ? most : version - entry.sent));
    } catch (const Error& error) {
      if (error.code() != Errc::corrupt) throw;
      // One by one it shows which.
      if (most == 1 && !pass_corrupt(entry, error.what(), until)) return false;
      most = 1;
      continue;
    }
    const std::int64_t before = entry.sent;
    for (const RecordedEvent& event : page) {
      if (entry.sent >= version || event.version.value() != entry.sent + 1) break;
      if (!send(entry, event, nullptr, until)) return false;
      ++counts_.read_back;
    }
    most = std::min(most * 2, kPageEvents);
    if (entry.sent == before) {
      stall(entry, Stall::Kind::gap,
            "a change told of version " + std::to_string(version) + ", and the store does not show version " +
                std::to_string(entry.sent + 1) + "; check that nobody deletes events");
      return false;
    }
  }
  return true;
}

bool Publishing::pass_corrupt(AggregateEntry& entry, const std::string& why, const Until& until) {
  if (options_.unpublishable == Unpublishable::mark &&
      StalledAggregates::is_surely_corrupt(entry, options_.clock->instant())) {
    RecordedEvent event;
    event.aggregate_id = entry.id;
    event.version = Version{entry.sent + 1};
    return send_marker(entry, event, why, nullptr, until);
  }
  stall(entry, Stall::Kind::corrupt, why);
  return false;
}

bool Publishing::send(AggregateEntry& entry, const RecordedEvent& event, OpenChange* change, const Until& until) {
  switch (outgoing_.send(entry, event, change, until)) {
    case OutgoingEvents::Sent::yes: return true;
    case OutgoingEvents::Sent::not_yet: stall(entry, Stall::Kind::postponed, "the broker has no room"); return false;
    case OutgoingEvents::Sent::never: break;
  }
  const std::string why = outgoing_.why();
  if (options_.unpublishable == Unpublishable::mark) return send_marker(entry, event, why, change, until);
  stall(entry, Stall::Kind::refused, why);
  return false;
}

bool Publishing::send_marker(AggregateEntry& entry, const RecordedEvent& event, const std::string& why,
                             OpenChange* change, const Until& until) {
  const EventCopy marker = unpublished_event(event, why, options_.clock->now());
  switch (outgoing_.send(entry, marker.view(), change, until)) {
    case OutgoingEvents::Sent::yes: break;
    case OutgoingEvents::Sent::not_yet: stall(entry, Stall::Kind::postponed, "the broker has no room"); return false;
    case OutgoingEvents::Sent::never: stall(entry, Stall::Kind::refused, outgoing_.why()); return false;
  }
  ++counts_.marked;
  log_marked(*options_.log, event, why);
  return true;
}

void Publishing::stall(AggregateEntry& entry, Stall::Kind kind, std::string why) {
  if (kind == Stall::Kind::gap) ++counts_.stalls;
  const bool blocked = stalled_.stall(entry, kind, std::move(why), options_.clock->instant());
  if (blocked && kind != Stall::Kind::gap) ++counts_.refused;
  counts_.blocked = stalled_.blocked_count();
  cache_.rouse(entry);
}

}  // namespace leftfold::inline v0::runtime
