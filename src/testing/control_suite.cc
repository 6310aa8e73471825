// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/control_suite.h>

#include <chrono>
#include <string>
#include <utility>

#include <leftfold/testing/virtual_clock.h>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;

// A fresh place with one open handle on it.
struct ControlTest {
  explicit ControlTest(const MakeControlStore& make) : open{make(clock)}, store{open()} {}
  void reopen() {
    store.reset();
    store = open();
  }

  VirtualClock clock;
  OpenControlStore open;
  std::shared_ptr<ControlStore> store;
};

void expect_control(const SubscriptionControl& actual, const SubscriptionControl& expected,
                    std::source_location where = std::source_location::current()) {
  expect_equal(actual.subscription, expected.subscription, "subscription", where);
  expect_equal(actual.paused, expected.paused, "paused", where);
  expect_equal(actual.restarts, expected.restarts, "restarts", where);
  expect_equal(actual.by, expected.by, "by", where);
  expect_equal(actual.why, expected.why, "why", where);
  expect_equal(actual.at, expected.at, "at", where);
}

void nobody_asked(ControlTest& t) {
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", false, 0, "", "", Timestamp{}});
  expect(t.store->controls().empty(), "a question leaves nothing");
}

void pause_says_who_when_and_why(ControlTest& t) {
  t.store->pause("shop.Mail", "ann", "the mail server moves");
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", true, 0, "ann", "the mail server moves", t.clock.now()});
  expect_equal(t.store->control("shop.mail").paused, false, "paused, of a name in another case");
  const Timestamp first = t.clock.now();
  t.clock.advance(5s);
  t.store->pause("shop.Mail", "bob", "still moving");
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", true, 0, "bob", "still moving", first + 5s});
}

void resume_ends_a_pause(ControlTest& t) {
  t.store->pause("shop.Mail", "ann", "why not");
  t.clock.advance(1s);
  t.store->resume("shop.Mail", "bob");
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", false, 0, "bob", "", t.clock.now()});
  t.store->resume("shop.Other", "bob");
  expect_equal(t.store->control("shop.Other").paused, false, "paused, after resuming what was not paused");
}

void restarts_are_counted(ControlTest& t) {
  expect_equal(t.store->restart("shop.Mail", "ann"), 1, "restarts asked for");
  expect_equal(t.store->restart("shop.Mail", "ann"), 2, "restarts asked for");
  expect_equal(t.store->restart("shop.Other", "ann"), 1, "restarts asked for, of another subscription");
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", false, 2, "ann", "", t.clock.now()});
}

void a_restart_leaves_a_pause(ControlTest& t) {
  t.store->pause("shop.Mail", "ann", "moving");
  expect_equal(t.store->restart("shop.Mail", "bob"), 1, "restarts asked for");
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", true, 1, "bob", "moving", t.clock.now()});
  t.store->pause("shop.Mail", "ann", "moving on");
  expect_equal(t.store->control("shop.Mail").restarts, 1, "restarts, after a pause");
  t.store->resume("shop.Mail", "ann");
  expect_equal(t.store->control("shop.Mail").restarts, 1, "restarts, after resuming");
}

void controls_come_by_name(ControlTest& t) {
  t.store->restart("b", "ann");
  t.store->pause("c", "ann", "");
  t.store->resume("a", "ann");
  std::string names;
  for (const SubscriptionControl& control : t.store->controls()) names += control.subscription;
  expect_equal(names, "abc", "names of what was asked for");
  expect_equal(t.store->controls().at(2).paused, true, "paused, in the list");
}

void a_name_is_needed(ControlTest& t) {
  expect_error(Errc::invalid_argument, [&] { t.store->pause("", "ann", ""); }, "pause without a name");
  expect_error(Errc::invalid_argument, [&] { t.store->resume("", "ann"); }, "resume without a name");
  expect_error(Errc::invalid_argument, [&] { (void)t.store->restart("", "ann"); }, "restart without a name");
  expect(t.store->controls().empty(), "nothing was stored");
}

void others_see_it_and_it_lasts(ControlTest& t) {
  const auto other = t.open();
  t.store->pause("shop.Mail", "ann", "moving");
  expect_equal(other->control("shop.Mail").paused, true, "paused, seen by another handle");
  expect_equal(other->restart("shop.Mail", "bob"), 1, "restarts asked for");
  expect_equal(t.store->control("shop.Mail").restarts, 1, "restarts, seen by the first handle");
  t.reopen();
  expect_control(t.store->control("shop.Mail"), {"shop.Mail", true, 1, "bob", "moving", t.clock.now()});
}

void no_restart_is_lost(ControlTest& t) {
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  const auto other = t.open();
  on_threads(kThreads, [&](int thread) {
    ControlStore& store = thread % 2 == 0 ? *t.store : *other;
    for (int i = 0; i < kEach; ++i) (void)store.restart("shop.Mail", "ann");
  });
  expect_equal(t.store->control("shop.Mail").restarts, kThreads * kEach, "restarts after all");
}

constexpr NamedCheck<ControlTest> kCases[] = {
    {"a subscription nobody asked about is not paused", nobody_asked},
    {"a pause says who, when and why", pause_says_who_when_and_why},
    {"resume ends a pause", resume_ends_a_pause},
    {"restarts are counted", restarts_are_counted},
    {"a restart leaves a pause, and pauses leave the count", a_restart_leaves_a_pause},
    {"controls come by name", controls_come_by_name},
    {"a name is needed", a_name_is_needed},
    {"other handles see it and it survives reopening", others_see_it_and_it_lasts},
    {"no restart is lost among threads", no_restart_is_lost},
};

}  // namespace

std::vector<Case> control_suite(MakeControlStore make) { return cases_of<ControlTest>(std::move(make), {kCases}); }

}  // namespace leftfold::inline v0::testing
