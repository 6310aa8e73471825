// SPDX-License-Identifier: Apache-2.0
// Several processes on the same sequences: each letter is handled once and in order.
#include <gtest/gtest.h>
#include <sched.h>

#include <memory>
#include <string>
#include <vector>

#include "letters/letters.h"
#include "unit/sqlite/child.h"

namespace leftfold::test_letters {
namespace {

using detail::redrive;
using test_sqlite::Child;
using test_sqlite::in_child;
using testing::failed_letter;
using testing::follower_letter;
using testing::kMail;

/// Re-drives whatever there is until `done()` holds and nothing is parked.
template <class Done>
int redrive_until(const Place& place, Done done) {
  Opened opened{place};
  const crash::LineLog log{place.handled()};
  const detail::RedriveTarget target = target_for(log);
  for (;;) {
    const bool last = done();
    const std::vector<std::string> sequences = opened.letters().sequences(kMail);
    if (sequences.empty() && last) return 0;
    for (const std::string& sequence : sequences) (void)redrive(opened.letters(), target, sequence, opened.clock, {});
    ::sched_yield();
  }
}

TEST(RedriveRace, ThreeProcessesRedriveTheSameSequences) {
  constexpr std::int64_t kLetters = 6;
  const Place place;
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back("cart-" + std::to_string(i));
  EXPECT_EQ(in_child([&] {
              Opened opened{place};
              for (const std::string& id : ids) {
                std::vector<DeadLetter> letters{failed_letter(id, 0)};
                for (std::int64_t version = 1; version < kLetters; ++version) {
                  letters.push_back(follower_letter(id, version));
                }
                testing::park(opened.letters(), letters);
              }
              return 0;
            }),
            0);
  std::vector<std::unique_ptr<Child>> children;
  for (int p = 0; p < 3; ++p) {
    children.push_back(std::make_unique<Child>([&] { return redrive_until(place, [] { return true; }); }));
  }
  for (auto& child : children) EXPECT_EQ(child->wait(), 0);
  for (const std::string& id : ids) EXPECT_EQ(handled_versions(place, id), each_once(kLetters)) << id;
}

TEST(RedriveRace, EventsThatComeWhileTheLastLetterGoesAreFollowersOrHandledAfterIt) {
  constexpr std::int64_t kEvents = 250;
  const Place place;
  EXPECT_EQ(in_child([&] {
              Opened opened{place};
              return static_cast<int>(testing::park(opened.letters(), {failed_letter("a", 0)}));
            }),
            1);
  Child live{[&] {
    Opened opened{place};
    const crash::LineLog log{place.handled()};
    for (std::int64_t version = 1; version < kEvents; ++version) {
      if (opened.letters().park_behind(kMail, follower_letter("a", version), {})) continue;
      handle(log, "a", version);
      if (version + 1 == kEvents) break;
      testing::park(opened.letters(), {failed_letter("a", ++version)});  // and the next one fails: the race again
    }
    handle(log, "done", 0);
    return 0;
  }};
  std::vector<std::unique_ptr<Child>> redrivers;
  for (int p = 0; p < 2; ++p) {
    redrivers.push_back(std::make_unique<Child>(
        [&] { return redrive_until(place, [&] { return !handled_versions(place, "done").empty(); }); }));
  }
  EXPECT_EQ(live.wait(), 0);
  for (auto& child : redrivers) EXPECT_EQ(child->wait(), 0);
  EXPECT_EQ(handled_versions(place, "a"), each_once(kEvents));
}

}  // namespace
}  // namespace leftfold::test_letters
