// SPDX-License-Identifier: Apache-2.0
// Processes killed between two steps of parking and re-driving: nothing is lost, skipped or out of order.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "letters/killing_store.h"
#include "letters/letters.h"
#include "unit/sqlite/child.h"

namespace leftfold::test_letters {
namespace {

using namespace std::chrono_literals;
using detail::redrive;
using detail::RedriveResult;
using test_sqlite::Child;
using test_sqlite::in_child;
using testing::failed_letter;
using testing::follower_letter;
using testing::kLease;
using testing::kMail;

constexpr int kKilled = -1;  // as Child::wait says it
constexpr std::int64_t kLetters = 3;

void park_letters(const Place& place) {
  EXPECT_EQ(in_child([&] {
              Opened opened{place};
              return static_cast<int>(testing::park(
                  opened.letters(), {failed_letter("a", 0), follower_letter("a", 1), follower_letter("a", 2)}));
            }),
            kLetters);
}

/// Re-drives in a process that dies at a step. Returns its exit code: 0 when it finished before that step came.
int redrive_and_die_at(const Place& place, int step) {
  return in_child([&] {
    Opened opened{place};
    KillingStore store{opened.letters(), step};
    const crash::LineLog log{place.handled()};
    return redrive(store, target_for(log), "a", opened.clock, {}).end == RedriveResult::End::finished ? 0 : 1;
  });
}

RedriveResult redrive_at(const Place& place, Timestamp now) {
  Opened opened{place, now};
  const crash::LineLog log{place.handled()};
  return redrive(opened.letters(), target_for(log), "a", opened.clock, {});
}

/// In order without a gap, and nothing twice but what was interrupted before it was taken away.
void expect_all_handled_in_order(const std::vector<std::int64_t>& versions, int kills, int step) {
  std::int64_t last = -1;
  int repeated = 0;
  for (const std::int64_t version : versions) {
    EXPECT_TRUE(version == last + 1 || version == last) << "step " << step << ": " << version << " after " << last;
    repeated += version == last ? 1 : 0;
    last = version;
  }
  EXPECT_EQ(last, kLetters - 1) << "step " << step;
  EXPECT_LE(repeated, kills) << "step " << step;
}

TEST(RedriveCrash, KilledAtAnyStepItGoesOnOnceItsClaimHasEnded) {
  int killed = 0;
  for (int step = 0;; ++step) {
    const Place place;
    park_letters(place);
    const int code = redrive_and_die_at(place, step);
    const std::size_t handled = handled_versions(place, "a").size();
    if (code == 0) {
      EXPECT_EQ(handled_versions(place, "a"), each_once(kLetters));
      break;
    }
    ASSERT_EQ(code, kKilled) << "step " << step;
    ++killed;
    {
      Opened opened{place, kBegin + kLease - 1ms};
      const std::vector<DeadLetter> left = testing::letters_of(opened.letters(), "a");
      ASSERT_LE(left.size(), std::size_t{kLetters});
      // What was handled is gone, save perhaps for the last one; what was not is there.
      EXPECT_GE(left.size() + handled, std::size_t{kLetters}) << "step " << step;
      EXPECT_LE(left.size() + handled, std::size_t{kLetters} + 1) << "step " << step;
      const bool gone = left.empty();
      const bool claimed = !gone && testing::find_sequence(opened.letters(), "a").claimed_by.has_value();
      EXPECT_EQ(claimed, step > 0 && !gone) << "step " << step;  // step 0 is before the claim
      if (claimed) {
        EXPECT_FALSE(opened.letters().claim(kMail, "a", "other:1", kLease)) << "step " << step;
      }
    }
    const RedriveResult result = redrive_at(place, kBegin + kLease);
    EXPECT_TRUE(result.end == RedriveResult::End::finished || result.end == RedriveResult::End::not_claimed);
    expect_all_handled_in_order(handled_versions(place, "a"), 1, step);
    Opened opened{place};
    EXPECT_TRUE(opened.letters().sequences(kMail).empty()) << "step " << step;
  }
  EXPECT_EQ(killed, 2 * (1 + 1 + 2 * kLetters));  // claim, letters, and renew and evict for each letter
}

TEST(RedriveCrash, KilledBetweenParkingAndItsCheckpointALetterIsThereOnce) {
  const Place place;
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(in_child([&]() -> int {
                Opened opened{place};
                KillingStore store{opened.letters(), 1};  // after the call, before anything else is written
                testing::park(store, {failed_letter("a", 0), follower_letter("a", 1)});
                return 0;
              }),
              kKilled);
    Opened opened{place};
    EXPECT_EQ(testing::versions_of(opened.letters(), "a"), "0 1");
    EXPECT_EQ(testing::park(opened.letters(), {failed_letter("a", 0)}), 0U);  // it comes again
    EXPECT_EQ(opened.letters().count({}).letters, 2U);
  }
}

TEST(RedriveCrash, KilledInTheMiddleOfAChangeByHandAuditAndLettersAgree) {
  const Place place;
  park_letters(place);
  EXPECT_EQ(in_child([&]() -> int {
              Opened opened{place};
              const auto claim = testing::must_claim(opened.letters(), "a");
              KillingStore store{opened.letters(), 1};
              (void)store.discard(claim, {"ann", "why not"}, "discard");
              return 0;
            }),
            kKilled);
  Opened opened{place};
  EXPECT_TRUE(opened.letters().sequences(kMail).empty());
  EXPECT_EQ(opened.letters().changes(kMail, "a", 0, 10).size(), std::size_t{kLetters});
}

TEST(RedriveCrash, KilledAtRandomMomentsWhileEventsGoOnComing) {
  constexpr std::int64_t kEvents = 120;
  constexpr int kRounds = 25;
  const Place place;
  EXPECT_EQ(in_child([&] {
              Opened opened{place};
              return static_cast<int>(testing::park(opened.letters(), {failed_letter("a", 0)}));
            }),
            1);
  Child live{[&] {  // the live path: what comes is a follower as long as there is a sequence
    Opened opened{place};
    const crash::LineLog log{place.handled()};
    for (std::int64_t version = 1; version < kEvents; ++version) {
      if (!opened.letters().park_behind(kMail, follower_letter("a", version), {})) handle(log, "a", version);
    }
    return 0;
  }};
  std::mt19937 random{20261124};
  for (int round = 1; round <= kRounds; ++round) {
    const Child redriver{[&place, round]() -> int {
      Opened opened{place, kBegin + round * kLease};  // the claim of the one before has ended
      const crash::LineLog log{place.handled()};
      for (;;) (void)redrive(opened.letters(), target_for(log), "a", opened.clock, {});
    }};
    // A random moment is all that is wanted here, so this is a sleep.
    ::usleep(std::uniform_int_distribution<useconds_t>{0, 30'000}(random));
  }  // killed at the end of each round
  EXPECT_EQ(live.wait(), 0);
  (void)redrive_at(place, kBegin + (kRounds + 1) * kLease);
  std::int64_t last = -1;
  int repeated = 0;
  for (const std::int64_t version : handled_versions(place, "a")) {
    ASSERT_TRUE(version == last + 1 || version == last) << version << " after " << last;
    repeated += version == last ? 1 : 0;
    last = version;
  }
  EXPECT_EQ(last, kEvents - 1);
  EXPECT_LE(repeated, kRounds);
  Opened opened{place};
  EXPECT_TRUE(opened.letters().sequences(kMail).empty());
}

}  // namespace
}  // namespace leftfold::test_letters
