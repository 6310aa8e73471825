// SPDX-License-Identifier: Apache-2.0
// Re-drive: in order, each letter once, nothing without a claim.
#include "resilience/redrive.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/memory_dead_letter_store.h>

#include "testing/dead_letter_cases.h"

namespace leftfold::detail {
namespace {

using namespace std::chrono_literals;
using testing::failed_letter;
using testing::find_sequence;
using testing::follower_letter;
using testing::key_at;
using testing::kMail;
using testing::letters_of;
using testing::versions_of;
using End = RedriveResult::End;

class RedriveTest : public ::testing::Test {
 protected:
  RedriveTest() {
    target.subscription = kMail;
    target.owner = "host-1:1";
    target.handle = [this](const RecordedEvent& event) {
      handled += std::to_string(event.version.value()) + ' ';
      if (on_event) on_event(event);
    };
    testing::park(store, {failed_letter("a", 5), follower_letter("a", 6), follower_letter("a", 7)});
  }
  RedriveResult run(std::string_view sequence = "a") {
    return redrive(store, target, sequence, clock, stop.get_token());
  }

  testing::VirtualClock clock;
  MemoryDeadLetterStore store{clock};
  RedriveTarget target;
  std::function<void(const RecordedEvent&)> on_event;
  std::stop_source stop;
  std::string handled;
};

TEST_F(RedriveTest, HandlesAllLettersInOrderAndEndsTheSequence) {
  on_event = [](const RecordedEvent& event) {
    EXPECT_EQ(event.aggregate_id, "a");
    EXPECT_EQ(event.type, "CartCheckedOut");
    EXPECT_EQ(event.payload, R"({"n":)" + std::to_string(event.version.value()) + "}");
  };
  const RedriveResult result = run();
  EXPECT_EQ(result.end, End::finished);
  EXPECT_EQ(result.handled, 3U);
  EXPECT_FALSE(result.failure);
  EXPECT_EQ(handled, "5 6 7 ");
  EXPECT_TRUE(store.sequences(kMail).empty());
}

TEST_F(RedriveTest, ManyLettersAreReadInPagesAndEachHandledOnce) {
  std::string expected = "5 6 7 ";
  for (int version = 8; version < 120; ++version) {
    testing::park(store, {follower_letter("a", version)});
    expected += std::to_string(version) + ' ';
  }
  EXPECT_EQ(run().handled, 115U);
  EXPECT_EQ(handled, expected);
}

TEST_F(RedriveTest, StopsAtTheFirstFailureAndNotesIt) {
  on_event = [](const RecordedEvent& event) {
    if (event.version == Version{6}) throw std::runtime_error{"still no room"};
  };
  target.retry_at = [](int redrives, Timestamp now) { return now + redrives * 5min; };
  clock.advance(3s);
  const RedriveResult result = run();
  EXPECT_EQ(result.end, End::failed);
  EXPECT_EQ(result.handled, 1U);
  EXPECT_EQ(result.failure, FailureClass::transient);
  EXPECT_EQ(result.error, "still no room");
  EXPECT_EQ(handled, "5 6 ");
  EXPECT_EQ(versions_of(store, "a"), "6 7");
  const DeadLetter letter = letters_of(store, "a").at(0);
  EXPECT_EQ(letter.reason, ParkReason::failed);  // it was a follower
  EXPECT_EQ(letter.first_failed_at, clock.now());
  EXPECT_EQ(letter.error_type, "std::runtime_error");
  EXPECT_EQ(letter.error_message, "still no room");
  EXPECT_EQ(letter.redrives, 1);
  EXPECT_EQ(find_sequence(store, "a").retry_at, clock.now() + 5min);
  EXPECT_FALSE(find_sequence(store, "a").claimed_by);
  EXPECT_EQ(run().end, End::failed);
  EXPECT_EQ(find_sequence(store, "a").retry_at, clock.now() + 10min);  // the second failed re-drive
  on_event = nullptr;
  EXPECT_EQ(run().end, End::finished);
}

TEST_F(RedriveTest, WhatIsNoStdExceptionIsNotedToo) {
  on_event = [](const RecordedEvent&) { throw 42; };
  const RedriveResult result = run();
  EXPECT_EQ(result.end, End::failed);
  EXPECT_EQ(result.error, "int");
  EXPECT_EQ(letters_of(store, "a").at(0).error_type, "int");
  EXPECT_FALSE(find_sequence(store, "a").retry_at);  // only when asked
}

TEST_F(RedriveTest, ADuplicateIsDone) {
  target.rules.when<std::logic_error>(FailureClass::duplicate);
  on_event = [](const RecordedEvent&) { throw std::logic_error{"it is there"}; };
  EXPECT_EQ(run().end, End::finished);
  EXPECT_EQ(handled, "5 6 7 ");
}

TEST_F(RedriveTest, WhatIsUnavailableCountsNoRedriveAndIsAskedForAgain) {
  on_event = [](const RecordedEvent&) { throw Unavailable{"the mail server is down"}; };
  const RedriveResult result = run();
  EXPECT_EQ(result.end, End::failed);
  EXPECT_EQ(result.failure, FailureClass::unavailable);
  testing::expect_same_letter(letters_of(store, "a").at(0), failed_letter("a", 5));
  EXPECT_EQ(find_sequence(store, "a").retry_at, clock.now() + target.lease);
  EXPECT_FALSE(find_sequence(store, "a").claimed_by);
}

TEST_F(RedriveTest, AfterAFatalFailureItIsTriedOnlyWhenAsked) {
  target.retry_at = [](int, Timestamp now) { return now + 5min; };
  on_event = [](const RecordedEvent&) { throw Stop{"no such table"}; };
  EXPECT_EQ(run().failure, FailureClass::fatal);
  EXPECT_FALSE(find_sequence(store, "a").retry_at);
}

TEST_F(RedriveTest, NothingIsHandledWithoutAClaim) {
  ASSERT_TRUE(store.claim(kMail, "a", "other:1", 30s));
  EXPECT_EQ(run().end, End::not_claimed);
  EXPECT_EQ(run("no such").end, End::not_claimed);
  EXPECT_EQ(handled, "");
}

TEST_F(RedriveTest, NothingIsHandledOnceTheClaimIsLost) {
  on_event = [&](const RecordedEvent& event) {
    if (event.version != Version{6}) return;
    clock.advance(target.lease);  // it takes too long, and another one begins
    EXPECT_TRUE(store.claim(kMail, "a", "other:1", 30s));
  };
  const RedriveResult result = run();
  EXPECT_EQ(result.end, End::refused);
  EXPECT_EQ(result.handled, 1U);
  EXPECT_EQ(handled, "5 6 ");
  EXPECT_EQ(versions_of(store, "a"), "6 7");
  EXPECT_EQ(find_sequence(store, "a").claimed_by, "other:1");
}

TEST_F(RedriveTest, AFailureUnderALostClaimIsNotNoted) {
  on_event = [&](const RecordedEvent&) {
    clock.advance(target.lease);
    EXPECT_TRUE(store.claim(kMail, "a", "other:1", 30s));
    throw std::runtime_error{"late"};
  };
  EXPECT_EQ(run().end, End::refused);
  EXPECT_EQ(find_sequence(store, "a").redrives, 0);
}

TEST_F(RedriveTest, ASlowRedriveKeepsItsClaim) {
  on_event = [&](const RecordedEvent&) {
    clock.advance(target.lease - 1ms);
    EXPECT_FALSE(store.claim(kMail, "a", "other:1", 30s));
  };
  EXPECT_EQ(run().end, End::finished);
}

TEST_F(RedriveTest, AStopLeavesTheRestParkedAndFree) {
  on_event = [&](const RecordedEvent& event) {
    if (event.version == Version{6}) stop.request_stop();
  };
  const RedriveResult result = run();
  EXPECT_EQ(result.end, End::stopped);
  EXPECT_EQ(result.handled, 2U);
  EXPECT_EQ(versions_of(store, "a"), "7");
  EXPECT_FALSE(find_sequence(store, "a").claimed_by);
}

TEST_F(RedriveTest, AHandlerThatEndsBecauseOfTheStopHasNotFailed) {
  on_event = [&](const RecordedEvent&) {
    stop.request_stop();
    throw Error{Errc::stopped, "stopped"};
  };
  EXPECT_EQ(run().end, End::stopped);
  EXPECT_EQ(find_sequence(store, "a").redrives, 0);
  EXPECT_FALSE(find_sequence(store, "a").claimed_by);
}

TEST_F(RedriveTest, FollowersThatComeMeanwhileAreHandledInTheSameRedrive) {
  on_event = [&](const RecordedEvent& event) {
    if (event.version < Version{40}) {
      EXPECT_TRUE(store.park_behind(kMail, follower_letter("a", event.version.value() + 3), {}));
    }
  };
  EXPECT_EQ(run().end, End::finished);
  EXPECT_TRUE(handled.ends_with("41 42 ")) << handled;
  EXPECT_FALSE(store.park_behind(kMail, follower_letter("a", 43), {}));
}

TEST_F(RedriveTest, AnEarlierLetterThatComesMeanwhileIsHandledNext) {
  on_event = [&](const RecordedEvent& event) {
    if (event.version == Version{6}) {
      EXPECT_TRUE(store.park_behind(kMail, follower_letter("a", 4), {}));
    }
    if (event.version == Version{4}) on_event = nullptr;
  };
  EXPECT_EQ(run().end, End::finished);
  EXPECT_EQ(handled, "5 6 4 6 7 ");  // 6 again: at least once, and never after 7
}

}  // namespace
}  // namespace leftfold::detail
