// SPDX-License-Identifier: Apache-2.0
// What arrives: order, checkpoints, starts, kinds.
#include "testing/event_feed_cases.h"

namespace leftfold::inline v0::testing {
namespace {

const SubscriptionOptions kShared{"group.handler", SubscriptionKind::shared, StartFrom::beginning};
const SubscriptionOptions kGated{"group.gated", SubscriptionKind::gated, StartFrom::beginning};
const SubscriptionOptions kLatest{"group.latest", SubscriptionKind::shared, StartFrom::latest};
const SubscriptionOptions kLocal{"group.local", SubscriptionKind::local, StartFrom::beginning};

void events_arrive_once_and_in_order(EventFeedTest& t) {
  for (const SubscriptionOptions& options : {kShared, kGated, kLocal}) {
    t.append(10);
    Reader reader = t.read(options);
    reader.take_assignment();
    expect_equal(reader.assignment().checkpoint, Position::start(), "checkpoint of a new subscription");
    const std::int64_t before = t.feed().head(0).value();
    reader.take_events(static_cast<std::size_t>(before), 3);
    t.append(5);
    reader.take_events(static_cast<std::size_t>(before + 5), 3);
    reader.take_ready();
    expect_positions(reader, 1, before + 5);
  }
}

void events_arrive_as_they_were_stored(EventFeedTest& t) {
  AppendRequest request = new_request("bestellung ü", Version::none(), 3);
  request.events[1].payload = R"({"text":"日本 🛒"})";
  request.events[1].metadata = R"({"correlation_id":"c"})";
  request.events[2].schema_version = 3;
  const Appended result = must_append(t.store(), request);
  const auto subscription = t.feed().subscribe(kShared);
  for (std::size_t taken = 0; taken < 3;) {
    const Taken got = subscription->take(10, {}, t.clock().instant() + std::chrono::seconds{30});
    expect(!got.events.empty() || !got.assigned.empty(), "take() brings something within 30 s");
    for (const RecordedEvent& event : got.events) {
      expect_stored(event, request, taken++, result);
      expect_equal(event.partition, 0, "partition");
    }
  }
}

void it_continues_after_its_checkpoint(EventFeedTest& t) {
  t.append(6);
  {
    Reader reader = t.read(kShared);
    reader.take_events(6);
    expect(reader.checkpoint(Position{4}), "the owner's checkpoint is stored");
  }
  Reader reader = t.read(kShared);
  reader.take_assignment();
  expect_equal(reader.assignment().checkpoint, Position{4}, "checkpoint of the next assignment");
  t.append(1);
  reader.take_events(3);
  reader.take_ready();
  expect_positions(reader, 5, 7);
}

void it_begins_again_without_a_checkpoint(EventFeedTest& t) {
  t.append(4);
  {
    Reader reader = t.read(kShared);
    reader.take_events(4);
  }
  Reader reader = t.read(kShared);
  reader.take_events(4);
  reader.take_ready();
  expect_positions(reader, 1, 4);
}

void the_last_checkpoint_counts(EventFeedTest& t) {
  t.append(5);
  {
    Reader reader = t.read(kShared);
    reader.take_events(5);
    for (const std::int64_t done : {1, 2, 5}) expect(reader.checkpoint(Position{done}), "a checkpoint is stored");
  }
  t.append(1);
  Reader reader = t.read(kShared);
  reader.take_events(1);
  reader.take_ready();
  expect_positions(reader, 6, 6);
}

void checkpoints_survive_reopening(EventFeedTest& t) {
  t.append(5);
  {
    Reader reader = t.read(kShared);
    reader.take_events(5);
    expect(reader.checkpoint(Position{3}), "the checkpoint is stored");
  }
  t.reopen();
  Reader reader = t.read(kShared);
  reader.take_events(2);
  reader.take_ready();
  expect_positions(reader, 4, 5);
}

void epochs_grow_over_reopening(EventFeedTest& t) {
  std::int64_t last = 0;
  for (int round = 0; round < 4; ++round) {
    {
      Reader reader = t.read(kShared);
      reader.take_assignment();
      expect(reader.assignment().epoch > last, "the epoch grows with every assignment");
      last = reader.assignment().epoch;
    }
    if (round % 2 == 1) t.reopen();
  }
}

void latest_leaves_out_what_was_there(EventFeedTest& t) {
  t.append(3);
  Reader reader = t.read(kLatest);
  reader.take_assignment();
  expect_equal(reader.assignment().checkpoint, Position{3},
               "checkpoint of a new subscription that starts at the latest");
  t.append(2);
  reader.take_events(2);
  reader.take_ready();
  expect_positions(reader, 4, 5);
}

void latest_is_decided_once(EventFeedTest& t) {
  t.append(3);
  {
    Reader reader = t.read(kLatest);
    reader.take_assignment();
  }
  t.append(2);
  t.reopen();
  Reader reader = t.read(kLatest);
  reader.take_events(2);
  reader.take_ready();
  expect_positions(reader, 4, 5);
}

void latest_does_not_move_a_checkpoint(EventFeedTest& t) {
  t.append(5);
  {
    Reader reader = t.read(kShared);
    reader.take_events(5);
    expect(reader.checkpoint(Position{2}), "the checkpoint is stored");
  }
  SubscriptionOptions options = kShared;
  options.start = StartFrom::latest;
  Reader reader = t.read(options);
  reader.take_events(3);
  reader.take_ready();
  expect_positions(reader, 3, 5);
}

void local_ones_all_read_everything_each_time(EventFeedTest& t) {
  t.append(3);
  Reader first = t.read(kLocal);
  Reader second = t.read(kLocal);
  Reader other = t.read_other(kLocal);
  for (Reader* reader : {&first, &second, &other}) {
    reader->take_events(3);
    reader->take_ready();
    expect_positions(*reader, 1, 3);
  }
  Reader later = t.read(kLocal);
  later.take_events(3);
  expect_positions(later, 1, 3);
}

void seek_continues_elsewhere(EventFeedTest& t) {
  t.append(6);
  for (const SubscriptionOptions& options : {kShared, kGated, kLocal}) {
    for (const std::int64_t done : {4, 0, 2}) {
      Reader reader = t.read(options);
      reader.take_assignment();
      reader.seek(Position{done});
      reader.take_events(static_cast<std::size_t>(6 - done));
      reader.take_ready();
      expect_positions(reader, done + 1, 6);
    }
  }
}

void seek_does_not_move_the_checkpoint(EventFeedTest& t) {
  t.append(6);
  {
    Reader reader = t.read(kShared);
    reader.take_assignment();
    expect(reader.checkpoint(Position{3}), "the checkpoint is stored");
    reader.seek(Position{5});
    reader.take_events(1);
  }
  Reader reader = t.read(kShared);
  reader.take_events(3);
  expect_positions(reader, 4, 6);
}

void a_held_partition_brings_nothing(EventFeedTest& t) {
  for (const SubscriptionOptions& options : {kShared, kGated, kLocal}) {
    t.append(2);
    const auto before = static_cast<std::size_t>(t.feed().head(0).value());
    Reader reader = t.read(options);
    reader.take_events(before);
    reader.hold(true);
    t.append(2);
    reader.take_ready();
    expect_equal(reader.positions().size(), before, "events while the partition is held");
    reader.hold(false);
    reader.take_events(before + 2);
    expect_positions(reader, 1, static_cast<std::int64_t>(before + 2));
  }
}

void an_assignment_begins_without_a_hold(EventFeedTest& t) {
  t.append(2);
  Reader reader = t.read(kShared);
  reader.take_events(2);
  const std::int64_t epoch = reader.assignment().epoch;
  reader.hold(true);
  reader.release();
  while (reader.assignment().epoch == epoch) (void)reader.take_once(0, {}, kNever);
  reader.take_events(2);
  expect_positions(reader, 1, 2);
}

void names_are_independent(EventFeedTest& t) {
  t.append(5);
  Reader reader = t.read(kShared);
  reader.take_events(5);
  expect(reader.checkpoint(Position{5}), "the checkpoint is stored");
  SubscriptionOptions options = kShared;
  for (const char* name : {"group.handle", "group.handler2", "GROUP.HANDLER", "group.händler"}) {
    options.name = name;
    Reader another = t.read(options);
    another.take_events(5);
    expect_positions(another, 1, 5);
  }
}

void an_empty_name_is_refused(EventFeedTest& t) {
  for (const auto kind : {SubscriptionKind::shared, SubscriptionKind::gated, SubscriptionKind::local}) {
    expect_error(
        Errc::invalid_argument, [&] { (void)t.feed().subscribe({"", kind, StartFrom::beginning}); }, "an empty name");
  }
}

void head_is_the_newest_event(EventFeedTest& t) {
  expect_equal(t.feed().head(0), Position::start(), "head of an empty feed");
  t.append(3);
  expect_equal(t.feed().head(0), Position{3}, "head after 3 events");
}

void nothing_is_missed_while_others_write(EventFeedTest& t) {
  constexpr int kWriters = 4;
  constexpr int kEach = 25;
  Reader reader = t.read(kShared);
  Reader other = t.read_other(kGated);
  on_threads(kWriters + 2, [&](int thread) {
    if (thread >= kWriters) {
      (thread == kWriters ? reader : other).take_events(2 * kWriters * kEach, 7);
      return;
    }
    EventStore& store = thread % 2 == 0 ? t.store() : t.other_store();
    for (int i = 0; i < kEach; ++i)
      must_append(store, new_request("w" + std::to_string(thread), Version{2 * i - 1}, 2));
  });
  expect_positions(reader, 1, 2 * kWriters * kEach);
  expect_positions(other, 1, 2 * kWriters * kEach);
}

constexpr EventFeedCase kCases[] = {
    {"events arrive once each and in the order of positions", events_arrive_once_and_in_order},
    {"events arrive as they were stored", events_arrive_as_they_were_stored},
    {"a subscription continues after its checkpoint", it_continues_after_its_checkpoint},
    {"without a checkpoint everything arrives again", it_begins_again_without_a_checkpoint},
    {"the last checkpoint counts", the_last_checkpoint_counts},
    {"checkpoints survive reopening", checkpoints_survive_reopening},
    {"epochs grow, also over reopening", epochs_grow_over_reopening},
    {"a start at the latest leaves out what was there", latest_leaves_out_what_was_there},
    {"where the latest is gets decided once", latest_is_decided_once},
    {"a start at the latest does not move a checkpoint", latest_does_not_move_a_checkpoint},
    {"local subscriptions all read everything each time", local_ones_all_read_everything_each_time},
    {"seek continues elsewhere", seek_continues_elsewhere},
    {"seek does not move the checkpoint", seek_does_not_move_the_checkpoint},
    {"a held partition brings nothing until it is let go", a_held_partition_brings_nothing},
    {"an assignment begins without a hold", an_assignment_begins_without_a_hold},
    {"names are independent", names_are_independent},
    {"an empty name is refused", an_empty_name_is_refused},
    {"head is the newest event of the partition", head_is_the_newest_event},
    {"nothing is missed while others write", nothing_is_missed_while_others_write},
};

}  // namespace

std::span<const EventFeedCase> delivery_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
