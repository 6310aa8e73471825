// SPDX-License-Identifier: Apache-2.0
// Who has the partition: one at a time, handed over, older owners fenced.
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "testing/event_feed_cases.h"

namespace leftfold::inline v0::testing {
namespace {

const SubscriptionOptions kShared{"group.handler", SubscriptionKind::shared, StartFrom::beginning};
const SubscriptionOptions kGated{"group.gated", SubscriptionKind::gated, StartFrom::beginning};

// Each case runs with both readers in one process, and as if they were in two.
template <void (*run)(EventFeedTest& t, Reader& first, Reader& second)>
void in_one_and_in_two_processes(EventFeedTest& t) {
  t.append(4);
  for (SubscriptionOptions options : {kShared, kGated}) {
    for (const bool two : {false, true}) {
      options.name += two ? "2" : "1";
      Reader first = t.read(options);
      Reader second = two ? t.read_other(options) : t.read(options);
      run(t, first, second);
    }
  }
}

void end(Reader& reader) { const Reader ended = std::move(reader); }

void only_one_is_assigned(EventFeedTest&, Reader& first, Reader& second) {
  first.take_assignment();
  for (int i = 0; i < 3; ++i) {
    second.take_ready();
    expect(!second.assigned(), "the second one waits while the first one has the partition");
    expect(second.positions().empty(), "the second one gets no events");
  }
  first.take_events(4);
  expect_positions(first, 1, 4);
}

void it_is_handed_over_at_the_end(EventFeedTest&, Reader& first, Reader& second) {
  first.take_events(4);
  expect(first.checkpoint(Position{3}), "the owner's checkpoint is stored");
  const std::int64_t epoch = first.assignment().epoch;
  on_threads(2, [&](int thread) {
    if (thread == 0) second.take_assignment();
    if (thread == 1) end(first);
  });
  expect(second.assignment().epoch > epoch, "the epoch grows with every assignment");
  expect_equal(second.assignment().checkpoint, Position{3}, "checkpoint handed over");
  second.take_events(1);
  second.take_ready();
  expect_positions(second, 4, 4);
}

void it_is_handed_over_when_released(EventFeedTest&, Reader& first, Reader& second) {
  first.take_events(4);
  expect(first.checkpoint(Position{2}), "the owner's checkpoint is stored");
  on_threads(2, [&](int thread) {
    if (thread == 0) second.take_assignment();
    if (thread == 1) first.release();
  });
  expect(second.assignment().epoch > first.assignment().epoch, "the epoch grows with every assignment");
  second.take_events(2);
  expect_positions(second, 3, 4);
}

void an_older_epoch_is_fenced(EventFeedTest&, Reader& first, Reader& second) {
  first.take_events(4);
  expect(first.checkpoint(Position{1}), "the owner's checkpoint is stored");
  first.release();
  expect(!first.checkpoint(Position{4}), "after release() a checkpoint is fenced");
  second.take_assignment();
  expect(!first.checkpoint(Position{4}), "a checkpoint of an older epoch is fenced");
  expect_equal(second.assignment().checkpoint, Position{1}, "the fenced checkpoint was not stored");
  expect(second.checkpoint(Position{2}), "the new owner's checkpoint is stored");
  first.release();  // says nothing about the newer epoch
  first.seek(Position{0});
  expect(second.checkpoint(Position{3}), "an older epoch's release() takes nothing away");
  first.take_ready();
  expect(first.assignment().epoch < second.assignment().epoch, "the partition is not given back by an older epoch");
  end(second);
  first.take_ready();
  expect_equal(first.assignment().checkpoint, Position{3}, "checkpoint of the third assignment");
}

void who_released_can_have_it_back(EventFeedTest&, Reader& first, Reader& second) {
  first.take_events(2, 2);
  expect(first.checkpoint(Position{2}), "the owner's checkpoint is stored");
  const std::int64_t epoch = first.assignment().epoch;
  first.release();
  first.take_ready();
  expect(first.assignment().epoch > epoch, "nobody else waits: it gets the partition again");
  expect_positions(first, 3, 4);
  second.take_ready();
  expect(!second.assigned(), "the second one waits");
}

void an_end_without_an_assignment_changes_nothing(EventFeedTest&, Reader& first, Reader& second) {
  first.take_events(4);
  second.take_ready();
  end(second);
  expect(first.checkpoint(Position{4}), "the owner is still the owner");
}

// Many take a few events each, checkpoint and end, in both processes at once. Every event must be handled by exactly
// one.
void many_share_one_name(EventFeedTest& t) {
  constexpr int kThreads = 6;
  constexpr std::int64_t kEvents = 60;
  t.append(kEvents);
  (void)t.other_feed();
  std::mutex mutex;
  std::vector<std::int64_t> handled;
  std::atomic<int> owners{0};
  on_threads(kThreads, [&](int thread) {
    for (;;) {
      Reader reader = thread % 2 == 0 ? t.read(kShared) : t.read_other(kShared);
      reader.take_assignment();
      expect_equal(++owners, 1, "owners at a time");
      (void)reader.take_once(5, {}, t.clock().instant());
      {
        const std::scoped_lock lock{mutex};
        handled.insert(handled.end(), reader.positions().begin(), reader.positions().end());
      }
      const bool ended = reader.positions().empty();
      if (!ended) expect(reader.checkpoint(Position{reader.positions().back()}), "the owner's checkpoint is stored");
      --owners;
      if (ended) return;
    }
  });
  expect(handled == positions_between(1, kEvents), "every event is handled once, in order, over all owners");
}

void the_wait_for_a_turn_ends_too(EventFeedTest& t) {
  Reader owner = t.read(kShared);
  owner.take_assignment();
  Reader next = t.read(kShared);
  Reader other = t.read_other(kShared);
  for (Reader* waiting : {&next, &other}) {
    std::stop_source stop;
    on_threads(2, [&](int thread) {
      if (thread == 0) (void)waiting->take_once(10, stop.get_token(), kNever);
      if (thread == 1) stop.request_stop();
    });
    waiting->subscription().wake();
    (void)waiting->take_once(10, {}, kNever);
    (void)waiting->take_once(10, {}, t.clock().instant());
    expect(!waiting->assigned(), "the partition stays with its owner");
  }
}

void others_see_the_checkpoint(EventFeedTest& t) {
  t.append(4);
  expect_equal(t.other_feed().checkpoint(kShared.name), Position::start(), "checkpoint of a name that nobody has used");
  Reader owner = t.read(kShared);
  owner.take_events(4);
  expect(owner.checkpoint(Position{3}), "the owner's checkpoint is stored");
  owner.take_ready();  // some feeds store it a little later
  expect_equal(t.feed().checkpoint(kShared.name), Position{3}, "checkpoint, in the owner's process");
  expect_equal(t.other_feed().checkpoint(kShared.name), Position{3}, "checkpoint, in another process");
  expect_equal(t.feed().checkpoint("group.other"), Position::start(), "checkpoint of another name");
  const std::vector<Progress> progress = t.other_feed().progress(kShared.name);
  expect_equal(progress.size(), static_cast<std::size_t>(t.other_feed().partitions()), "progress, of every partition");
  expect_equal(progress.at(0).done.value_or(Position::start()), Position{3}, "progress, the checkpoint");
  expect_equal(progress.at(0).head, Position{4}, "progress, the newest event");
  expect_equal(progress.at(0).lag(), std::int64_t{1}, "progress, events behind");
  expect_equal(t.feed().progress("group.other").at(0).lag(), std::int64_t{4}, "progress of another name");
}

constexpr EventFeedCase kTurnCases[] = {
    {"one at a time has the partition", in_one_and_in_two_processes<only_one_is_assigned>},
    {"the partition is handed over when its owner ends", in_one_and_in_two_processes<it_is_handed_over_at_the_end>},
    {"the partition is handed over when its owner releases it",
     in_one_and_in_two_processes<it_is_handed_over_when_released>},
    {"an older epoch is fenced", in_one_and_in_two_processes<an_older_epoch_is_fenced>},
    {"who released the partition can have it back", in_one_and_in_two_processes<who_released_can_have_it_back>},
    {"the end of one that waits changes nothing",
     in_one_and_in_two_processes<an_end_without_an_assignment_changes_nothing>},
    {"many share one name: every event is handled by one", many_share_one_name},
    {"stop, wake and deadline end the wait for a turn", the_wait_for_a_turn_ends_too},
};
constexpr EventFeedCase kCases[] = {{"others see the checkpoint", others_see_the_checkpoint}};

}  // namespace

std::span<const EventFeedCase> ownership_cases() { return kCases; }
std::span<const EventFeedCase> turn_cases() { return kTurnCases; }

}  // namespace leftfold::inline v0::testing
