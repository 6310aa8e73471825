// SPDX-License-Identifier: Apache-2.0
// Operations on letters by hand, one and many.
#include "resilience/dead_letter_admin.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/memory_dead_letter_store.h>

#include "resilience/redrive_all.h"
#include "testing/dead_letter_cases.h"

namespace leftfold::detail {
namespace {

using namespace std::chrono_literals;
using testing::expect_error;
using testing::failed_letter;
using testing::find_sequence;
using testing::follower_letter;
using testing::key_at;
using testing::kMail;
using testing::versions_of;

const ChangedBy kAnn{"ann", "a reason"};

class DeadLetterAdminTest : public ::testing::Test {
 protected:
  DeadLetterAdminTest() {
    for (const char* id : {"a", "b", "c"}) {
      testing::park(store, {failed_letter(id, 1), follower_letter(id, 2)});
      clock.advance(1s);
    }
  }

  testing::VirtualClock clock;
  MemoryDeadLetterStore store{clock};
  DeadLetterAdmin admin{store, "host-9:9"};
};

TEST_F(DeadLetterAdminTest, SkipsTheFirstLetterAndLetsTheSequenceGo) {
  EXPECT_EQ(admin.skip_first(kMail, "a", key_at(2), kAnn), AdminEnd::not_there);  // not the first
  EXPECT_EQ(admin.skip_first(kMail, "a", key_at(1), kAnn), AdminEnd::done);
  EXPECT_EQ(versions_of(store, "a"), "2");
  EXPECT_FALSE(find_sequence(store, "a").claimed_by);
  EXPECT_EQ(admin.skip_first(kMail, "x", key_at(1), kAnn), AdminEnd::not_there);
  EXPECT_EQ(store.changes(kMail, "", 0, 10).size(), 1U);
}

TEST_F(DeadLetterAdminTest, WhatARedriveHasIsLeftAlone) {
  ASSERT_TRUE(store.claim(kMail, "a", "other:1", 30s));
  std::size_t letters = 7;
  EXPECT_EQ(admin.skip_first(kMail, "a", key_at(1), kAnn), AdminEnd::claimed);
  EXPECT_EQ(admin.discard(kMail, "a", kAnn, letters), AdminEnd::claimed);
  EXPECT_EQ(admin.edit(kMail, "a", key_at(1), "{}", kAnn), AdminEnd::claimed);
  EXPECT_EQ(versions_of(store, "a"), "1 2");
}

TEST_F(DeadLetterAdminTest, DiscardsOneSequence) {
  std::size_t letters = 0;
  EXPECT_EQ(admin.discard(kMail, "a", kAnn, letters), AdminEnd::done);
  EXPECT_EQ(letters, 2U);
  EXPECT_EQ(store.count({}).sequences, 2U);
}

TEST_F(DeadLetterAdminTest, EditsALetterThatIsThenHandledWithItsNewPayload) {
  EXPECT_EQ(admin.edit(kMail, "a", key_at(9), "{}", kAnn), AdminEnd::not_there);
  EXPECT_EQ(admin.edit(kMail, "a", key_at(1), R"({"n":10})", kAnn), AdminEnd::done);
  std::string payloads;
  RedriveTarget target;
  target.subscription = kMail;
  target.handle = [&](const RecordedEvent& event) { payloads += event.payload; };
  EXPECT_EQ(redrive(store, target, "a", clock, {}).end, RedriveResult::End::finished);
  EXPECT_EQ(payloads, R"({"n":10}{"n":2})");
}

TEST_F(DeadLetterAdminTest, AChangeThatFailsLetsTheSequenceGo) {
  expect_error(Errc::invalid_argument, [&] { (void)admin.edit(kMail, "a", key_at(1), "{}", {}); }, "edit by nobody");
  EXPECT_FALSE(find_sequence(store, "a").claimed_by);
}

TEST_F(DeadLetterAdminTest, DiscardsAllThatFitIfTheyAreStillWhatWasAgreedTo) {
  DeadLetterFilter filter;
  filter.parked_before = find_sequence(store, "c").parked_at;
  const DeadLetterCounts agreed = store.count(filter);
  EXPECT_EQ(agreed.sequences, 2U);
  EXPECT_EQ(agreed.letters, 4U);
  ASSERT_TRUE(store.park_behind(kMail, follower_letter("a", 3), {}));
  const std::string text = expect_error(
      Errc::version_conflict, [&] { (void)admin.discard_all(filter, agreed, kAnn, "expire"); }, "other counts");
  EXPECT_NE(text.find("5 letters of 2 sequences fit now, 4 letters of 2 sequences were agreed to"), text.npos) << text;
  EXPECT_EQ(store.count({}).letters, 7U);
  ASSERT_TRUE(store.claim(kMail, "b", "other:1", 30s));
  const AdminCounts counts = admin.discard_all(filter, store.count(filter), kAnn, "expire");
  EXPECT_EQ(counts.sequences, 1U);
  EXPECT_EQ(counts.letters, 3U);
  EXPECT_EQ(counts.claimed, 1U);
  EXPECT_EQ(store.count({}).letters, 4U);
  EXPECT_EQ(store.changes(kMail, "a", 0, 10).at(2).action, "expire");
}

TEST_F(DeadLetterAdminTest, AsksForRetriesOneAfterTheOther) {
  const Timestamp from = clock.now() + 1min;
  EXPECT_EQ(admin.request_retries({}, store.count({}), from, 10s), 3U);
  EXPECT_EQ(find_sequence(store, "a").retry_at, from);
  EXPECT_EQ(find_sequence(store, "b").retry_at, from + 10s);
  EXPECT_EQ(find_sequence(store, "c").retry_at, from + 20s);
}

class RedriveAllTest : public DeadLetterAdminTest {
 protected:
  using End = RedriveAllResult::End;
  RedriveAllTest() {
    target.subscription = kMail;
    target.owner = "host-1:1";
    target.handle = [this](const RecordedEvent& event) {
      handled += std::string{event.aggregate_id} + std::to_string(event.version.value()) + ' ';
      if (const auto failure = failures.find(std::string{event.aggregate_id}); failure != failures.end()) {
        std::rethrow_exception(failure->second);
      }
    };
    testing::park(store, {failed_letter("z", 1)}, "shop.Other");
  }
  RedriveAllResult run() { return redrive_all(store, target, {}, options, clock, stop.get_token()); }
  void fail(const std::string& id) { failures[id] = std::make_exception_ptr(std::runtime_error{"no room in " + id}); }

  RedriveTarget target;
  RedriveAllOptions options;
  std::map<std::string, std::exception_ptr> failures;
  std::stop_source stop;
  std::string handled;
};

TEST_F(RedriveAllTest, RedrivesTheSequencesOfItsSubscriptionByAge) {
  std::string done;
  options.done = [&](const std::string& sequence, const RedriveResult& result) {
    done += sequence + std::to_string(result.handled);
  };
  const RedriveAllResult result = run();
  EXPECT_EQ(result.end, End::all);
  EXPECT_EQ(result.finished, 3U);
  EXPECT_EQ(result.handled, 6U);
  EXPECT_EQ(handled, "a1 a2 b1 b2 c1 c2 ");
  EXPECT_EQ(done, "a2b2c2");
  EXPECT_EQ(store.count({}).sequences, 1U);  // the other subscription's
}

TEST_F(RedriveAllTest, ACanaryThatFailsSavesTheOthers) {
  fail("a");
  const RedriveAllResult result = run();
  EXPECT_EQ(result.end, End::canary_failed);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_EQ(result.untouched, 2U);
  EXPECT_EQ(result.error, "no room in a");
  EXPECT_EQ(handled, "a1 ");
}

TEST_F(RedriveAllTest, AfterACanaryFailuresOfSomeDoNotStopTheOthers) {
  fail("b");
  const RedriveAllResult result = run();
  EXPECT_EQ(result.end, End::all);
  EXPECT_EQ(result.finished, 2U);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_EQ(handled, "a1 a2 b1 c1 c2 ");
}

TEST_F(RedriveAllTest, WithoutACanaryTheFirstMayFail) {
  fail("a");
  options.canary = false;
  EXPECT_EQ(run().finished, 2U);
}

TEST_F(RedriveAllTest, ASequenceThatIsClaimedIsNoCanary) {
  ASSERT_TRUE(store.claim(kMail, "a", "other:1", 30s));
  fail("b");
  const RedriveAllResult result = run();
  EXPECT_EQ(result.end, End::canary_failed);
  EXPECT_EQ(result.claimed, 1U);
  EXPECT_EQ(result.untouched, 1U);
  EXPECT_EQ(handled, "b1 ");
}

TEST_F(RedriveAllTest, GivesUpWhenWhatTheHandlerNeedsIsDown) {
  failures["b"] = std::make_exception_ptr(Unavailable{"the mail server is down"});
  const RedriveAllResult result = run();
  EXPECT_EQ(result.end, End::gave_up);
  EXPECT_EQ(result.finished, 1U);
  EXPECT_EQ(result.untouched, 1U);
  EXPECT_EQ(handled, "a1 a2 b1 ");
}

TEST_F(RedriveAllTest, GoesNoFasterThanItIsTold) {
  options.apart = 10s;
  std::vector<Instant> begins;
  const auto handle = target.handle;
  target.handle = [&](const RecordedEvent& event) {
    if (event.version == Version{1}) begins.push_back(clock.instant());
    handle(event);
  };
  std::jthread other{[&] {
    for (int i = 0; i < 2; ++i) {
      clock.wait_for_waiters(1);
      clock.advance(10s);
    }
  }};
  EXPECT_EQ(run().finished, 3U);
  ASSERT_EQ(begins.size(), 3U);
  EXPECT_GE(begins[1] - begins[0], 10s);
  EXPECT_GE(begins[2] - begins[1], 10s);
}

TEST_F(RedriveAllTest, AStopEndsItBetweenSequences) {
  options.done = [&](const std::string&, const RedriveResult&) { stop.request_stop(); };
  const RedriveAllResult result = run();
  EXPECT_EQ(result.end, End::stopped);
  EXPECT_EQ(result.finished, 1U);
  EXPECT_EQ(result.untouched, 2U);
}

}  // namespace
}  // namespace leftfold::detail
