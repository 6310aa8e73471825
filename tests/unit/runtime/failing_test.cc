// SPDX-License-Identifier: Apache-2.0
// What a Runner does when a Listener fails: again, later, parked, held, stopped.
#include <gtest/gtest.h>

#include <stdexcept>

#include "failing_support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

Moody::Behave fail_at(const std::string& bad, int at) {
  return [bad, at](const std::string& aggregate, int n, int) {
    if (aggregate == bad && n == at) throw std::runtime_error{"no such luck"};
  };
}

std::vector<std::int64_t> versions(const std::vector<DeadLetter>& letters) {
  std::vector<std::int64_t> all;
  for (const DeadLetter& letter : letters) all.push_back(letter.event.version.value());
  return all;
}

TEST(Failing, an_event_is_tried_again_at_once_and_handled_once) {
  Service service;
  service.moody.behave([](const std::string&, int, int call) {
    if (call == 1) throw std::runtime_error{"once"};
  });
  const Position last = append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));  // no time passes: at once
  EXPECT_EQ(service.moody.calls("a", 0), 2);
  EXPECT_EQ(service.moody.of("a"), up_to(1));
}

TEST(Failing, one_that_waits_holds_no_worker_and_keeps_its_aggregates_order) {
  Service service{unhurried()};
  service.moody.behave([](const std::string& aggregate, int n, int call) {
    if (aggregate == "a" && n == 0 && call <= 4) throw std::runtime_error{"not yet"};
  });
  for (int n = 0; n < 3; ++n) append(service.store, "a", counted(n));
  Position last;
  for (int n = 0; n < 50; ++n) last = append(service.store, "b", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(service.moody.finished.wait_for(50));  // all of b, while time stands still
  EXPECT_EQ(service.moody.of("b"), up_to(50));
  EXPECT_TRUE(service.moody.of("a").empty());
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
  EXPECT_EQ(service.moody.of("a"), up_to(3));
  EXPECT_EQ(service.moody.calls("a", 0), 5);
  EXPECT_EQ(service.letters.count({}).letters, 0U);
}

TEST(Failing, poison_is_parked_with_its_followers_in_order_and_the_others_go_on) {
  Service service;
  service.moody.behave(fail_at("a", 5));
  Position last;
  for (int n = 0; n < 20; ++n) {
    for (const char* aggregate : {"a", "b", "c"}) last = append(service.store, aggregate, counted(n));
  }
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_EQ(service.moody.of("a"), up_to(5));
  EXPECT_EQ(service.moody.of("b"), up_to(20));
  EXPECT_EQ(service.moody.of("c"), up_to(20));
  const std::vector<DeadLetter> parked = service.parked("a");
  EXPECT_EQ(versions(parked), (std::vector<std::int64_t>{5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}));
  EXPECT_EQ(parked[0].reason == ParkReason::failed || parked[0].reason == ParkReason::overflow, true);
  EXPECT_EQ(parked[0].failure, FailureClass::transient);
  EXPECT_EQ(parked[0].error_type, "std::runtime_error");
  EXPECT_EQ(parked[0].error_message, "no such luck");
  EXPECT_EQ(parked[1].reason, ParkReason::follower);
  for (int n = 6; n < 20; ++n) EXPECT_EQ(service.moody.calls("a", n), 0) << n;
  EXPECT_EQ(service.status().parked, 15U);
}

TEST(Failing, all_attempts_are_made_before_an_event_is_parked) {
  FailureOptions failures = unhurried();
  failures.retry.max_attempts = 4;
  Service service{failures};
  service.moody.behave(fail_at("a", 0));
  const Position last = append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
  EXPECT_EQ(service.moody.calls("a", 0), 4);
  ASSERT_EQ(service.parked("a").size(), 1U);
  EXPECT_EQ(service.parked("a")[0].attempts, 4);
  EXPECT_EQ(service.parked("a")[0].reason, ParkReason::failed);
}

TEST(Failing, an_event_that_waited_behind_the_breaker_before_its_first_failure_has_all_its_tries) {
  for (const bool unavailable_first : {false, true}) {
    Service service;
    service.clock.advance(24h);  // a machine that has been up for longer than max_elapsed
    service.moody.behave([unavailable_first](const std::string&, int, int call) {
      if (unavailable_first && call == 1) throw Unavailable{"down"};
      if (call <= (unavailable_first ? 4 : 3)) throw std::runtime_error{"not yet"};
    });
    CircuitBreaker& breaker = service.runner->breaker("Moody");
    if (!unavailable_first) breaker.force_open();
    const Position last = append(service.store, "a", counted(0));
    Running running{*service.runner};
    ASSERT_TRUE(service.pass_time_until([&] { return service.status().waiting == 1; }));
    breaker.force_open();
    ASSERT_TRUE(service.sit_out(5s, 100ms, 1));
    breaker.reset();
    ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
    EXPECT_EQ(service.moody.of("a"), up_to(1)) << unavailable_first;
    EXPECT_EQ(service.letters.count({}).letters, 0U) << unavailable_first;
  }
}

TEST(Failing, park_parks_at_once) {
  Service service;
  service.moody.behave([](const std::string&, int, int) { throw Park{"no product pear"}; });
  const Position last = append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));  // no time passes
  EXPECT_EQ(service.moody.calls("a", 0), 1);
  EXPECT_EQ(service.parked("a").at(0).failure, FailureClass::permanent);
  EXPECT_NE(service.parked("a")[0].error_message.find("no product pear"), std::string::npos);
}

TEST(Failing, bytes_that_do_not_decode_are_parked_as_they_are) {
  Service service;
  NewEvent broken = counted(0);
  broken.payload = "{\"n\": \"seven\" }";
  const Position last = append(service.store, "a", broken);
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(service.parked("a").at(0).reason, ParkReason::undecodable);
  EXPECT_EQ(service.parked("a")[0].event.payload, "{\"n\": \"seven\" }");
}

TEST(Failing, a_duplicate_is_done) {
  FailureOptions failures;
  failures.rules.when<std::logic_error>(FailureClass::duplicate);
  Service service{failures};
  service.moody.behave([](const std::string&, int, int) { throw std::logic_error{"row exists"}; });
  append(service.store, "a", counted(0));
  const Position last = append(service.store, "a", counted(1));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(service.moody.calls("a", 1), 1);
  EXPECT_EQ(service.letters.count({}).letters, 0U);
}

TEST(Failing, stop_ends_the_run_before_the_event_and_the_next_one_begins_there) {
  Service service;
  service.moody.behave([](const std::string&, int n, int) {
    if (n == 3) throw Stop{"the ledger does not balance"};
  });
  for (int n = 0; n < 6; ++n) append(service.store, "a", counted(n));
  {
    Running running{*service.runner};
    const std::string text = text_of(running.wait());
    EXPECT_NE(text.find("g.Moody"), std::string::npos) << text;
    EXPECT_NE(text.find("the ledger does not balance"), std::string::npos) << text;
    EXPECT_NE(text.find("version 3"), std::string::npos) << text;
  }
  EXPECT_EQ(service.moody.of("a"), up_to(3));
  EXPECT_EQ(service.store.checkpoint("g.Moody"), Position{3});
  service.moody.behave({});
  Running again{*service.runner};
  ASSERT_TRUE(service.moody.finished.wait_for(6));
  EXPECT_EQ(service.moody.of("a"), up_to(6));
}

TEST(Failing, without_a_store_of_dead_letters_the_run_stops_after_the_retries) {
  Service service{unhurried(), [](RunnerOptions& options) { options.dead_letters = nullptr; }};
  service.moody.behave(fail_at("a", 1));
  for (int n = 0; n < 3; ++n) append(service.store, "a", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.status().state == "failed"; }));
  EXPECT_NE(text_of(running.wait()).find("no such luck"), std::string::npos);
  EXPECT_EQ(service.moody.calls("a", 1), 6);
  EXPECT_EQ(service.store.checkpoint("g.Moody"), Position{1});
}

TEST(Failing, an_outage_of_ten_minutes_parks_nothing_and_all_is_handled_after_it) {
  Service service;
  std::atomic<bool> down{true};
  service.moody.behave([&](const std::string&, int, int) {
    if (down) throw Unavailable{"payments do not answer"};
  });
  Position last;
  for (int n = 0; n < 30; ++n) {
    for (int a = 0; a < 5; ++a) last = append(service.store, "a" + std::to_string(a), counted(n));
  }
  Running running{*service.runner};
  ASSERT_TRUE(service.sit_out(10min, 250ms, 5));
  EXPECT_EQ(service.letters.count({}).letters, 0U);
  EXPECT_NE(service.status().breaker, "closed");
  EXPECT_EQ(service.status().state, "running");  // still a member
  const int calls = service.moody.all_calls();
  EXPECT_LT(calls, 400);  // probes, not a storm
  down = false;
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }, 250ms));
  for (int a = 0; a < 5; ++a) EXPECT_EQ(service.moody.of("a" + std::to_string(a)), up_to(30));
  EXPECT_EQ(service.letters.count({}).letters, 0U);
}

TEST(Failing, an_outage_that_nobody_declared_parks_nothing_either) {
  Service service;
  std::atomic<bool> down{true};
  service.moody.behave([&](const std::string&, int, int) {
    if (down) throw std::runtime_error{"something is wrong"};
  });
  Position last;
  for (int n = 0; n < 3; ++n) {
    for (int a = 0; a < 8; ++a) last = append(service.store, "a" + std::to_string(a), counted(n));
  }
  Running running{*service.runner};
  ASSERT_TRUE(service.sit_out(10min, 250ms, 8));
  EXPECT_EQ(service.letters.count({}).letters, 0U);
  down = false;
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }, 250ms));
  for (int a = 0; a < 8; ++a) EXPECT_EQ(service.moody.of("a" + std::to_string(a)), up_to(3));
}

TEST(Failing, an_aggregate_that_piles_up_is_parked_early) {
  FailureOptions failures;
  failures.max_waiting = 3;
  failures.retry.base = 10min;
  failures.retry.cap = 10min;
  failures.retry.max_elapsed = 1h;
  Service service{failures};
  service.moody.behave(fail_at("a", 0));
  Position last;
  for (int n = 0; n < 6; ++n) last = append(service.store, "a", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));  // no time passes
  EXPECT_EQ(service.parked("a").at(0).reason, ParkReason::overflow);
  EXPECT_EQ(versions(service.parked("a")), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Failing, letters_are_re_driven_in_order_and_live_events_follow) {
  Service service;
  service.moody.behave(fail_at("a", 1));
  Position last;
  for (int n = 0; n < 4; ++n) last = append(service.store, "a", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
  ASSERT_EQ(service.parked("a").size(), 3U);

  EXPECT_EQ(service.runner->redrive("Moody", "a").end, RedriveReport::End::failed);
  EXPECT_EQ(service.parked("a").size(), 3U);
  EXPECT_EQ(service.parked("a")[0].redrives, 1);
  EXPECT_EQ(service.moody.calls("a", 2), 0);

  service.moody.behave({});
  const RedriveReport report = service.runner->redrive("Moody", "a");
  EXPECT_EQ(report.end, RedriveReport::End::finished);
  EXPECT_EQ(report.handled, 3U);
  EXPECT_EQ(service.letters.count({}).sequences, 0U);
  const Position live = append(service.store, "a", counted(4));
  ASSERT_TRUE(running.handled(live));
  EXPECT_EQ(service.moody.of("a"), up_to(5));
  EXPECT_FALSE(service.moody.overlapped());
}

TEST(Failing, a_runner_re_drives_what_is_asked_of_it) {
  Service service;
  service.moody.behave([](const std::string&, int, int) { throw Park{"not now"}; });
  const Position last = append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));
  service.moody.behave({});
  ASSERT_TRUE(service.letters.request_retry("g.Moody", "a", service.clock.now()));
  ASSERT_TRUE(service.pass_time_until([&] { return service.letters.count({}).sequences == 0; }, 100ms));
  EXPECT_EQ(service.moody.of("a"), up_to(1));
}

TEST(Failing, with_auto_retry_letters_are_re_driven_with_growing_pauses) {
  FailureOptions failures;
  failures.auto_retry = 1min;
  Service service{failures};
  service.moody.behave([](const std::string&, int, int call) {
    if (call <= 3) throw Park{"not yet"};
  });
  const Position last = append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));
  const Instant begin = service.clock.instant();
  ASSERT_TRUE(service.pass_time_until([&] { return service.letters.count({}).sequences == 0; }, 500ms));
  EXPECT_EQ(service.moody.calls("a", 0), 4);
  EXPECT_GE(service.clock.instant() - begin, 7min);  // 1 + 2 + 4
}

TEST(Failing, letters_expire_only_when_asked) {
  FailureOptions failures;
  failures.expire_after = 24h;
  Service service{failures};
  service.moody.behave([](const std::string&, int, int) { throw Park{"never"}; });
  const Position last = append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));
  service.clock.advance(23h);
  ASSERT_TRUE(service.pass_time_until([&] { return service.letters.count({}).sequences == 0; }, 10min, 48h));
  const std::vector<DeadLetterChange> changes = service.letters.changes("g.Moody", "a", 0, 10);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].action, "expire");
}

TEST(Failing, a_subscription_that_stops_alone_leaves_the_others_and_is_revived_by_a_restart) {
  FailureOptions failures;
  failures.on_fatal = OnFatal::stop_subscription;
  Service service{failures};
  Recorder other;
  service.runner->add(other);
  service.moody.behave([](const std::string&, int, int) { throw Stop{"no"}; });
  append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.status().state == "failed"; }));
  EXPECT_NE(service.status().failure.find("no"), std::string::npos);
  append(service.store, "b", counted(1));
  ASSERT_TRUE(other.finished.wait_for(2));
  service.moody.behave({});
  service.controls.restart("g.Moody", "me");
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(Position{2}); }, 100ms));
  EXPECT_EQ(service.status().state, "running");
  EXPECT_EQ(text_of(running.stop()), "");
}

TEST(Failing, a_paused_subscription_handles_nothing_until_it_is_resumed_also_after_a_restart_of_the_program) {
  Service service;
  service.controls.pause("g.Moody", "me", "maintenance");
  append(service.store, "a", counted(0));
  {
    Running running{*service.runner};
    ASSERT_TRUE(service.pass_time_until([&] { return service.status().state == "paused"; }, 100ms));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  EXPECT_EQ(service.moody.all_calls(), 0);
  Running running{*service.runner};
  service.controls.resume("g.Moody", "me");
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(Position{1}); }, 100ms));
  service.controls.pause("g.Moody", "me", "again");
  ASSERT_TRUE(service.pass_time_until([&] { return service.status().state == "paused"; }, 100ms));
  append(service.store, "a", counted(1));
  service.controls.resume("g.Moody", "me");
  ASSERT_TRUE(service.pass_time_until([&] { return service.moody.of("a").size() == 2; }, 100ms));
}

TEST(Failing, a_flapping_dependency_loses_nothing_and_keeps_the_order) {
  Service service;
  std::atomic<int> calls{0};
  service.moody.behave([&](const std::string&, int, int) {
    if ((calls++ / 40) % 2 == 0) throw Unavailable{"flaps"};
  });
  Position last;
  for (int n = 0; n < 40; ++n) {
    for (int a = 0; a < 6; ++a) last = append(service.store, "a" + std::to_string(a), counted(n));
  }
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }, 10s, 6h));
  for (int a = 0; a < 6; ++a) EXPECT_EQ(service.moody.of("a" + std::to_string(a)), up_to(40));
  EXPECT_EQ(service.letters.count({}).letters, 0U);
  EXPECT_FALSE(service.moody.overlapped());
}

}  // namespace
}  // namespace leftfold::runtime_test
