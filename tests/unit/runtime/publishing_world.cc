// SPDX-License-Identifier: Apache-2.0
#include "unit/runtime/publishing_world.h"

#include <array>
#include <chrono>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::runtime_test {

using std::chrono::milliseconds;

PublishingWorld::PublishingWorld(std::uint64_t seed, Unpublishable how)
    : chance{seed}, unpublishable{how}, shards(1 + chance.below(3)) {
  keys_only = chance.one_in(8);
  fill();
  make_records();
}

void PublishingWorld::fill() {
  streams.resize(2 + chance.below(4));
  cursors.assign(streams.size(), -1);
  acked.assign(streams.size(), -1);
  next.assign(streams.size(), 0);
  const bool some_unpublishable = chance.one_in(4);
  for (std::size_t aggregate = 0; aggregate < streams.size(); ++aggregate) {
    const std::size_t events = 1 + chance.below(12);
    for (std::size_t version = 0; version < events; ++version) {
      StoredEvent& event = streams[aggregate].emplace_back();
      event.copy.aggregate_id = name(aggregate);
      event.copy.version = Version{static_cast<std::int64_t>(version)};
      event.copy.type = chance.one_in(10) ? std::string{kSnapshotNote} : "Counted";
      event.copy.committed_at = clock.now();
      std::array<std::uint8_t, 16> id{1, static_cast<std::uint8_t>(aggregate), static_cast<std::uint8_t>(version)};
      event.copy.id = event.copy.commit_id = Uuid{id};
      if (chance.percent(15)) event.visible_at = clock.instant() + milliseconds{chance.below(400)};
      if (!some_unpublishable) continue;
      event.too_large = chance.percent(4);
      event.corrupt = !event.too_large && chance.percent(4);
    }
  }
}

// Each commit or event is told of by one shard or another, at any place in it; some are lost, some come twice.
void PublishingWorld::make_records() {
  std::vector<StreamRecord> all;
  const bool packed = chance.one_in(2);
  for (std::size_t aggregate = 0; aggregate < streams.size(); ++aggregate) {
    for (std::size_t version = 0; version < streams[aggregate].size();) {
      const std::size_t events = packed ? std::min(1 + chance.below(4), streams[aggregate].size() - version) : 1;
      const std::size_t copies = chance.percent(5) ? 0 : chance.percent(5) ? 2 : 1;
      all.insert(all.end(), copies, {aggregate, static_cast<std::int64_t>(version), events});
      version += events;
    }
    if (chance.one_in(4)) all.push_back({aggregate, 0, 0});
  }
  for (std::size_t n = all.size(); n > 1; --n) std::swap(all[n - 1], all[chance.below(n)]);
  for (const StreamRecord& record : all) shards[chance.below(shards.size())].records.push_back(record);
}

void PublishingWorld::take(const EventCopy& event) {
  const std::size_t aggregate = number(event.aggregate_id);
  const std::int64_t version = event.version.value();
  const StoredEvent& stored = streams[aggregate].at(static_cast<std::size_t>(version));
  trail.add("the topic takes " + event.aggregate_id + "/" + std::to_string(version) + " " + event.type);
  if (version > next[aggregate]) {
    trail.broken("the topic has " + event.aggregate_id + "/" + std::to_string(version) + " before " +
                 std::to_string(next[aggregate]));
  }
  const bool can_be = !stored.too_large && !stored.corrupt;
  if (event.type == kUnpublished ? can_be : event.type != stored.copy.type) {
    trail.broken("the topic has " + event.type + " for " + event.aggregate_id + "/" + std::to_string(version));
  }
  if (event.id.is_nil()) trail.broken("the topic has an event without an id");
  if (version == next[aggregate]) ++next[aggregate];
}

void PublishingWorld::take_next(BrokerSession& session, std::size_t line) {
  take(session.lines[line].front().event);
  session.report(line, true);
}

void PublishingWorld::acknowledged(std::size_t aggregate, std::int64_t version) {
  acked[aggregate] = std::max(acked[aggregate], version);
}

void PublishingWorld::check_done(const StreamShard& shard, std::size_t records) {
  for (std::size_t i = 0; i < records; ++i) {
    const StreamRecord& record = shard.records.at(i);
    const std::int64_t last = record.first + static_cast<std::int64_t>(record.events) - 1;
    if (record.events > 0 && last > acked[record.aggregate]) {
      trail.broken("record " + std::to_string(i + 1) + " is done, and " + name(record.aggregate) + "/" +
                   std::to_string(last) + " is not acknowledged");
    }
  }
}

void PublishingWorld::check_cursor(std::string_view aggregate, Version published) {
  if (published.value() > acked[number(aggregate)]) {
    trail.broken("the cursor of " + std::string{aggregate} + " is " + std::to_string(published.value()) +
                 ", acknowledged is " + std::to_string(acked[number(aggregate)]));
  }
}

void PublishingWorld::move_on() {
  for (const auto& session : sessions) {
    for (std::size_t i = 0; i < session->lines.size(); ++i) {
      const std::size_t line = (i + shift_) % session->lines.size();
      for (std::size_t n = calm ? session->lines[line].size() : chance.below(4); n > 0; --n) {
        if (!session->lines[line].empty()) take_next(*session, line);
      }
    }
  }
  ++shift_;
  std::erase_if(sessions, [this](const auto& session) {
    return session->orphaned && (session->empty() || calm || chance.one_in(6));
  });
}

std::int64_t PublishingWorld::expected(std::size_t aggregate) const {
  const auto& events = streams[aggregate];
  if (unpublishable == Unpublishable::mark) return std::ssize(events);
  return std::find_if(events.begin(), events.end(), [](const auto& e) { return e.too_large || e.corrupt; }) -
         events.begin();
}

void PublishingWorld::mend() {
  for (auto& events : streams) {
    for (StoredEvent& event : events) event.too_large = event.corrupt = false;
  }
}

EventPage SimulatedEvents::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  world_.risk(200);
  if (!world_.calm && world_.chance.one_in(100)) throw Error{Errc::unavailable, "the store is away"};
  EventPage page;
  page.set_at_end(true);
  const auto& events = world_.streams[PublishingWorld::number(aggregate_id)];
  const Instant now = world_.clock.instant();
  for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(from.value(), 0)); i < events.size(); ++i) {
    if (page.size() == max) {
      page.set_at_end(false);
      break;
    }
    if (events[i].visible_at > now) {
      const bool later_one = std::any_of(events.begin() + static_cast<std::ptrdiff_t>(i), events.end(),
                                         [now](const auto& e) { return e.visible_at <= now; });
      if (later_one) throw Error{Errc::corrupt, "version " + std::to_string(i) + " is missing"};
      break;
    }
    if (events[i].corrupt) throw Error{Errc::corrupt, "version " + std::to_string(i) + " cannot be read"};
    page.add(events[i].copy.view());
  }
  return page;
}

std::vector<Version> SimulatedCursors::load(std::span<const std::string_view> aggregate_ids) {
  world_.risk(200);
  if (!world_.calm && world_.chance.one_in(200)) throw Error{Errc::throttled, "the cursors are throttled"};
  std::vector<Version> found;
  for (const std::string_view id : aggregate_ids) {
    found.emplace_back(world_.cursors[PublishingWorld::number(id)]);
  }
  return found;
}

void SimulatedCursors::advance(std::span<const PublishCursor> moved) {
  for (const PublishCursor& cursor : moved) {
    world_.check_cursor(cursor.aggregate_id, cursor.published);
    world_.risk(100);
    if (!world_.calm && world_.chance.one_in(50)) throw Error{Errc::in_doubt, "no answer"};
    if (!world_.calm && world_.chance.percent(10)) continue;                                  // lost
    world_.cursors[PublishingWorld::number(cursor.aggregate_id)] = cursor.published.value();  // it may be lower
  }
}

bool SimulatedCursors::remove(std::string_view aggregate_id) {
  return std::exchange(world_.cursors[PublishingWorld::number(aggregate_id)], -1) >= 0;
}

}  // namespace leftfold::runtime_test
