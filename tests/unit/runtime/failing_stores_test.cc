// SPDX-License-Identifier: Apache-2.0
// What a Runner does when handlers hang, when the store of dead letters fails, and when re-drives meet others.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "hooked_letters.h"
#include "scripted_feed.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

Moody::Behave parks(const std::string& bad, int at) {
  return [bad, at](const std::string& aggregate, int n, int) {
    if (aggregate == bad && n == at) throw Park{"no such luck"};
  };
}

void refuse(std::string_view call, Errc code) {
  if (call.starts_with("park")) throw Error{code, "the disk of letters is gone"};
}

class Lines final : public Logger {
 public:
  [[nodiscard]] bool enabled(LogLevel) const noexcept override { return true; }
  void log(LogLevel, std::string_view, std::string_view message, std::span<const LogField>) noexcept override {
    const std::scoped_lock lock{mutex_};
    lines_.emplace_back(message);
  }
  using Logger::log;
  [[nodiscard]] std::ptrdiff_t count(std::string_view part) const {
    const std::scoped_lock lock{mutex_};
    return std::count_if(lines_.begin(), lines_.end(),
                         [&](const std::string& line) { return line.find(part) != std::string::npos; });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST(FailingStores, a_handler_that_hangs_holds_its_aggregate_alone_and_is_logged_once) {
  Lines lines;
  Hooked hooked{{}, lines};
  Service& service = hooked.service;
  Signal begun;
  Signal released;
  service.moody.behave([&](const std::string& aggregate, int n, int) {
    if (aggregate != "a" || n != 0) return;
    begun.raise();
    static_cast<void>(released.wait_for(1));
  });
  const Position hangs = append(service.store, "a", counted(0));
  append(service.store, "a", counted(1));
  Position last;
  for (int n = 0; n < 20; ++n) last = append(service.store, "b", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(begun.wait_for(1));
  ASSERT_TRUE(service.moody.finished.wait_for(20));  // all of b
  EXPECT_TRUE(service.pass_time_until([&] { return lines.count("takes long") > 0; }, 1s));
  const Instant later = service.clock.instant() + 2min;
  EXPECT_TRUE(service.pass_time_until([&] { return service.clock.instant() >= later; }, 1s));
  EXPECT_EQ(lines.count("takes long"), 1);
  EXPECT_LT(service.store.checkpoint("g.Moody"), hangs);
  EXPECT_EQ(service.moody.calls("a", 1), 0);
  released.raise();
  EXPECT_TRUE(service.pass_time_until([&] { return service.done(last); }));
  EXPECT_EQ(service.moody.of("a"), up_to(2));
  EXPECT_EQ(service.letters.count({}).letters, 0U);
}

TEST(FailingStores, letters_wait_while_their_store_is_down_and_others_go_on) {
  Hooked hooked;
  Service& service = hooked.service;
  std::atomic<bool> down{true};
  hooked.letters->before([&](std::string_view call) {
    if (down) refuse(call, Errc::unavailable);
  });
  service.moody.behave(parks("a", 0));
  const Position bad = append(service.store, "a", counted(0));
  append(service.store, "a", counted(1));
  Position last;
  for (int n = 0; n < 5; ++n) last = append(service.store, "b", counted(n));
  Running running{*service.runner};
  const Instant end = service.clock.instant() + 10s;
  const auto others_went_on = [&] { return service.clock.instant() >= end && service.moody.of("b").size() == 5; };
  ASSERT_TRUE(service.pass_time_until(others_went_on, 100ms));
  EXPECT_EQ(service.moody.of("b"), up_to(5));
  EXPECT_LT(service.store.checkpoint("g.Moody"), bad);
  EXPECT_EQ(service.status().state, "running");
  down = false;
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }, 100ms));
  EXPECT_EQ(service.moody.calls("a", 0), 1);  // the decision stood
  EXPECT_EQ(service.moody.calls("a", 1), 0);
  EXPECT_EQ(service.parked("a").size(), 2U);
}

TEST(FailingStores, a_store_of_letters_that_stays_down_stops_the_run_before_the_event) {
  Hooked hooked;
  Service& service = hooked.service;
  hooked.letters->before([](std::string_view call) { refuse(call, Errc::unavailable); });
  service.moody.behave(parks("a", 1));
  for (int n = 0; n < 3; ++n) append(service.store, "a", counted(n));
  {
    Running running{*service.runner};
    const Instant begin = service.clock.instant();
    ASSERT_TRUE(service.pass_time_until([&] { return service.status().state == "failed"; }, 100ms));
    EXPECT_GE(service.clock.instant() - begin, 30s);
    const std::string text = text_of(running.wait());
    EXPECT_NE(text.find("cannot be parked: the disk of letters is gone"), std::string::npos) << text;
    EXPECT_NE(text.find("no such luck"), std::string::npos) << text;
  }
  EXPECT_EQ(service.store.checkpoint("g.Moody"), Position{1});
  EXPECT_EQ(service.letters.count({}).letters, 0U);
  hooked.letters->before({});
  Running again{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.parked("a").size() == 2; }, 100ms));
  EXPECT_EQ(service.moody.of("a"), up_to(1));
}

TEST(FailingStores, a_limit_that_is_reached_stops_the_run_before_the_event_and_drops_nothing) {
  FailureOptions failures;
  failures.limits.letters = 3;
  Hooked hooked{failures};
  Service& service = hooked.service;
  service.moody.behave(parks("a", 1));
  for (int n = 0; n < 6; ++n) append(service.store, "a", counted(n));
  {
    Running running{*service.runner};
    EXPECT_NE(text_of(running.wait()).find("limit of 3"), std::string::npos);  // no time passes
  }
  EXPECT_EQ(service.parked("a").size(), 3U);  // 1, 2 and 3
  EXPECT_EQ(service.store.checkpoint("g.Moody"), Position{4});
}

TEST(FailingStores, a_letter_whose_answer_was_lost_is_parked_once_and_stops_nothing) {
  Hooked hooked;
  Service& service = hooked.service;
  std::atomic<int> lost{0};
  hooked.letters->after([&](std::string_view call) {
    if (call.starts_with("park") && lost++ < 2) throw Error{Errc::in_doubt, "no answer came"};
  });
  service.moody.behave(parks("a", 0));
  append(service.store, "a", counted(0));
  const Position last = append(service.store, "a", counted(1));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
  EXPECT_EQ(service.parked("a").size(), 2U);
  EXPECT_EQ(service.moody.all_calls(), 1);
  EXPECT_EQ(text_of(running.stop()), "");
}

TEST(FailingStores, a_letter_is_asked_for_again_though_an_answer_about_it_was_lost) {
  for (const std::string_view unanswered : {"park", "request_retry"}) {
    FailureOptions failures;
    failures.auto_retry = 1h;
    Hooked hooked{failures};
    Service& service = hooked.service;
    std::atomic<int> lost{0};
    // What asks is not known to be stored when no answer comes; the letter is.
    const auto lose = [&](std::string_view call) {
      if (call == unanswered && lost++ < 2) throw Error{Errc::in_doubt, "no answer came"};
    };
    if (unanswered == "park") hooked.letters->after(lose);
    else hooked.letters->before(lose);
    service.moody.behave(parks("a", 0));
    const Position last = append(service.store, "a", counted(0));
    Running running{*service.runner};
    ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }));
    const std::vector<DeadSequence> sequences = service.letters.list({}, 0, 10);
    ASSERT_EQ(sequences.size(), 1U);
    EXPECT_TRUE(sequences.front().retry_at) << unanswered;
    EXPECT_EQ(text_of(running.stop()), "");
  }
}

TEST(FailingStores, an_event_parked_before_a_crash_and_delivered_again_is_one_letter_and_no_call) {
  testing::VirtualClock clock;
  MemoryDeadLetterStore letters{clock};
  Moody moody;
  moody.behave(parks("a", 1));
  for (int life = 0; life < 2; ++life) {  // the first one's checkpoints were never stored
    ScriptedFeed feed{clock};
    feed.fail_checkpoints(life == 0 ? std::optional{Errc::unavailable} : std::nullopt);
    feed.assign(0, life + 1);
    feed.event(1, "a");
    feed.event(2, "a");
    RunnerOptions options;
    options.group = "g";
    options.clock = &clock;
    options.dead_letters = &letters;
    Runner runner{feed, options};
    runner.add(moody);
    Running running{runner};
    ASSERT_TRUE(running.handled(Position{2}));
    EXPECT_EQ(text_of(running.stop()), "");
    EXPECT_EQ(moody.calls("a", 1), 1);
    EXPECT_EQ(moody.calls("a", 2), 0);
    EXPECT_EQ(letters.letters("g.Moody", "a", std::nullopt, 10).size(), 2U);
    EXPECT_EQ(!feed.checkpoints().empty(), life == 1);
  }
}

TEST(FailingStores, what_a_store_of_letters_throws_that_is_no_error_stops_the_subscription_and_leaves_nothing_behind) {
  Lines lines;
  FailureOptions failures;
  failures.on_fatal = OnFatal::stop_subscription;
  Hooked hooked{failures, lines};
  Service& service = hooked.service;
  hooked.letters->before([](std::string_view call) {
    if (call == "park") throw 42;  // NOLINT(hicpp-exception-baseclass)
  });
  service.moody.behave(parks("a", 0));
  append(service.store, "a", counted(0));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.status().state == "failed"; }));
  EXPECT_TRUE(service.pass_time_until([&] { return service.status().in_flight == 0; }));
  service.threads = 3;  // its poll thread has ended
  const Instant later = service.clock.instant() + 2min;
  EXPECT_TRUE(service.pass_time_until([&] { return service.clock.instant() >= later; }, 1s));
  EXPECT_EQ(lines.count("takes long"), 0);  // nobody handles it any more
  EXPECT_EQ(service.store.checkpoint("g.Moody"), Position::start());
}

TEST(FailingStores, live_events_go_behind_a_re_drive_until_its_last_letter_is_gone) {
  Hooked hooked;
  Service& service = hooked.service;
  service.moody.behave(parks("a", 0));
  Running running{*service.runner};
  hooked.parked_from(running, 0, 2);
  service.moody.behave({});
  int live = 2;
  hooked.letters->before([&](std::string_view call) {  // each letter is handled, and still there
    if (call != "evict" || live >= 5) return;
    ASSERT_TRUE(running.handled(append(service.store, "a", counted(live++))));
  });
  hooked.letters->after([&](std::string_view call) {  // the last one is gone, and the re-drive does not know it yet
    if (call != "evict" || service.letters.count({}).letters > 0) return;
    ASSERT_TRUE(running.handled(append(service.store, "a", counted(live++))));
  });
  const RedriveReport report = service.runner->redrive("Moody", "a");
  EXPECT_EQ(report.end, RedriveReport::End::finished);
  EXPECT_EQ(report.handled, 5U);
  EXPECT_EQ(service.moody.of("a"), up_to(6));
  EXPECT_FALSE(service.moody.overlapped());
}

TEST(FailingStores, a_re_drive_that_outlasts_its_claim_changes_nothing_any_more) {
  Hooked hooked;
  Service& service = hooked.service;
  service.moody.behave(parks("a", 0));
  Running running{*service.runner};
  hooked.parked_from(running, 0, 3);
  service.moody.behave([&](const std::string&, int n, int call) {
    if (n != 0 || call != 2) return;
    service.clock.advance(31s);  // longer than the lease
    const detail::RedriveResult result = hooked.redrive_elsewhere("a");
    EXPECT_EQ(result.end, detail::RedriveResult::End::finished);
    EXPECT_EQ(result.handled, 3U);
  });
  const RedriveReport report = service.runner->redrive("Moody", "a");
  EXPECT_EQ(report.end, RedriveReport::End::elsewhere);
  EXPECT_EQ(report.handled, 0U);
  EXPECT_EQ(service.moody.of("a"), (std::vector<int>{0, 1, 2, 0}));  // the zombie's own call was under way
  EXPECT_EQ(service.letters.count({}).sequences, 0U);
}

TEST(FailingStores, two_re_drives_at_once_are_one) {
  Hooked hooked;
  Service& service = hooked.service;
  service.moody.behave(parks("a", 0));
  Running running{*service.runner};
  hooked.parked_from(running, 0, 2);
  service.moody.behave([&](const std::string&, int, int) {
    EXPECT_EQ(hooked.redrive_elsewhere("a").end, detail::RedriveResult::End::not_claimed);
  });
  EXPECT_EQ(service.runner->redrive("Moody", "a").end, RedriveReport::End::finished);
  EXPECT_EQ(service.moody.of("a"), up_to(2));
}

TEST(FailingStores, a_re_drive_that_dies_leaves_a_claim_that_ends_with_its_lease) {
  Hooked hooked;
  Service& service = hooked.service;
  service.moody.behave(parks("a", 0));
  Running running{*service.runner};
  hooked.parked_from(running, 0, 3);
  service.moody.behave({});
  int evictions = 0;
  hooked.letters->before([&](std::string_view call) {
    if (call == "evict" && ++evictions == 2) throw Error{Errc::unavailable, "died"};
  });
  EXPECT_THROW(static_cast<void>(service.runner->redrive("Moody", "a")), Error);
  EXPECT_EQ(service.parked("a").size(), 2U);
  service.clock.advance(29s);
  EXPECT_EQ(hooked.redrive_elsewhere("a").end, detail::RedriveResult::End::not_claimed);
  service.clock.advance(1s);
  EXPECT_EQ(hooked.redrive_elsewhere("a").end, detail::RedriveResult::End::finished);
  EXPECT_EQ(service.moody.of("a"), (std::vector<int>{0, 1, 1, 2}));  // once more, and none is missing
}

TEST(FailingStores, an_edited_letter_is_re_driven_as_edited_and_the_trail_says_who_and_what) {
  Hooked hooked;
  Service& service = hooked.service;
  NewEvent broken = counted(0);
  broken.payload = "{\"n\":\"zero\"}";
  append(service.store, "a", broken);
  const Position last = append(service.store, "a", counted(1));
  Running running{*service.runner};
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(service.runner->redrive("Moody", "a").end, RedriveReport::End::failed);

  const auto claim = service.letters.claim("g.Moody", "a", "ada", 1min);
  ASSERT_TRUE(claim);
  const LetterKey first = LetterKey::of(service.parked("a").at(0).event.view());
  ASSERT_TRUE(service.letters.edit(*claim, first, "{\"n\":0}", {"ada", "typed by hand"}));
  service.letters.release(*claim);
  const RedriveReport report = service.runner->redrive("Moody", "a");
  EXPECT_EQ(report.end, RedriveReport::End::finished);
  EXPECT_EQ(service.moody.of("a"), up_to(2));

  const std::vector<DeadLetterChange> changes = service.letters.changes("g.Moody", "a", 0, 10);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].action, "edit");
  EXPECT_EQ(changes[0].by.who, "ada");
  EXPECT_EQ(changes[0].before, "{\"n\":\"zero\"}");
  EXPECT_EQ(changes[0].after, "{\"n\":0}");
}

TEST(FailingStores, a_breaker_that_was_forced_open_and_is_reset_is_noticed_without_a_control_store) {
  Service service{{}, [](RunnerOptions& options) { options.controls = nullptr; }};
  service.runner->breaker("Moody").force_open();
  Running running{*service.runner};
  const Position last = append(service.store, "a", counted(0));
  const Instant end = service.clock.instant() + 5s;
  ASSERT_TRUE(service.pass_time_until([&] { return service.clock.instant() >= end; }, 100ms));
  EXPECT_EQ(service.moody.all_calls(), 0);
  service.runner->breaker("Moody").reset();
  EXPECT_TRUE(service.pass_time_until([&] { return service.done(last); }, 100ms));
}

}  // namespace
}  // namespace leftfold::runtime_test
