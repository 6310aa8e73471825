// SPDX-License-Identifier: Apache-2.0
// Letters that are to be re-driven by themselves, and whose process ended before it asked for that.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "hooked_letters.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

// Stopped where a crash would: the letter is durable, what asks for its re-drive is not.
TEST(UnaskedLetters, a_letter_that_its_process_did_not_live_to_ask_for_is_asked_for_when_its_event_comes_again) {
  for (const bool overflow : {false, true}) {
    FailureOptions failures = unhurried();
    if (!overflow) failures.auto_retry = 1min;
    Hooked hooked{failures};
    Service& service = hooked.service;
    std::atomic<bool> first_life{true};
    hooked.letters->before([&](std::string_view call) {
      if (first_life && call == "request_retry") throw Error{Errc::unavailable, "it died"};
    });
    service.moody.behave([&](const std::string& aggregate, int n, int) {
      if (first_life && aggregate == "b") throw Unavailable{"keeps the checkpoint low"};
      if (!first_life || aggregate != "a" || n != 1) return;
      if (overflow) throw std::runtime_error{"not yet"};
      throw Park{"no such luck"};
    });
    append(service.store, "b", counted(0));
    Position last;
    for (int n = 0; n < 14; ++n) last = append(service.store, "a", counted(n));  // more than may wait behind one
    {
      Running running{*service.runner};
      ASSERT_TRUE(service.pass_time_until([&] { return !service.parked("a").empty(); })) << overflow;
      EXPECT_EQ(text_of(running.stop()), "");
    }
    EXPECT_EQ(service.parked("a").at(0).reason, overflow ? ParkReason::overflow : ParkReason::failed);
    EXPECT_EQ(service.store.checkpoint("g.Moody"), Position::start());
    first_life = false;
    Running again{*service.runner};
    ASSERT_TRUE(service.pass_time_until([&] { return service.done(last) && service.letters.count({}).letters == 0; }))
        << overflow;
    std::vector<int> expected = up_to(14);
    expected.insert(expected.begin(), 0);  // handled before the crash
    EXPECT_EQ(service.moody.of("a"), expected) << overflow;
  }
}

TEST(UnaskedLetters, a_letter_that_another_process_parked_and_did_not_live_to_ask_for_is_asked_for) {
  FailureOptions failures;
  failures.auto_retry = 1min;
  Service service{failures};
  service.moody.behave([&](const std::string&, int, int) {
    DeadLetter letter;  // of one that had lost the partition
    letter.sequence = letter.event.aggregate_id = "a";
    letter.event.type = "Counted";
    letter.event.version = Version{0};
    EXPECT_EQ(service.letters.park("g.Moody", {&letter, 1}, {}), 1U);
    throw Park{"no such luck"};
  });
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(append(service.store, "a", counted(0))));
  ASSERT_EQ(service.letters.list({}, 0, 10).size(), 1U);
  EXPECT_TRUE(service.letters.list({}, 0, 10).front().retry_at);
}

// Only what comes again is asked for: not what somebody left for people to look at.
TEST(UnaskedLetters, letters_that_are_left_to_people_are_not_asked_for_when_later_events_come) {
  Hooked hooked;
  Service& service = hooked.service;
  service.moody.behave([](const std::string&, int n, int) {
    if (n == 0) throw Park{"no such luck"};
  });
  {
    Running running{*service.runner};
    ASSERT_TRUE(running.handled(append(service.store, "a", counted(0))));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  FailureOptions failures;
  failures.auto_retry = 1min;
  RunnerOptions options;
  options.group = "g";
  options.clock = &service.clock;
  options.dead_letters = &*hooked.letters;
  Runner runner{service.store, options};
  HandlerOptions own;
  own.failures = failures;
  runner.add(service.moody, own);
  Running running{runner};
  ASSERT_TRUE(running.handled(append(service.store, "a", counted(1))));
  EXPECT_FALSE(service.letters.list({}, 0, 10).at(0).retry_at);
}

}  // namespace
}  // namespace leftfold::runtime_test
