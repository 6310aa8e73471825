// SPDX-License-Identifier: Apache-2.0
#include "app/failure_settings.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "app/setting_names.h"
#include "app/setting_spec.h"

namespace leftfold {
namespace {

using std::chrono::milliseconds;
using Environment = Settings::Environment;

std::string failure(const std::function<void()>& call, Errc code = Errc::invalid_config) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "nothing";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// All values of options, as settings would write them.
std::vector<std::string> written(const FailureOptions& options) {
  std::vector<std::string> all;
  for (const app::SettingSpec& spec : app::failure_specs()) all.push_back(spec.name + "=" + spec.written(options));
  return all;
}

/// A value other than the default that every check accepts.
std::string other_value(const app::SettingSpec& spec) {
  static const std::vector<std::pair<std::string, std::string>> kOthers{
      {"breaker.enabled", "false"},         {"breaker.window", "count"},    {"breaker.failure_rate", "0.25"},
      {"breaker.slow_rate", "0.25"},        {"breaker.open_jitter", "0.1"}, {"dead_letters.mode", "fail_fast"},
      {"on_fatal", "stop_subscription"},    {"outage_ratio", "0.5"},        {"breaker.max_open", "3m"},
      {"dead_letters.auto_retry_max", "7h"}};
  for (const auto& [name, value] : kOthers) {
    if (name == spec.name) return value;
  }
  return spec.allowed.starts_with("a duration") ? "77ms" : "7";
}

TEST(FailureSettings, WithoutAnyAreWhatTheProgramSays) {
  const Settings settings{"shop", Environment{}};
  EXPECT_EQ(written(app::failure_options(settings, "Bell", {})), written(FailureOptions{}));
  FailureOptions program;
  program.retry = RetryPolicy::none();
  program.breaker.open = milliseconds{123};
  EXPECT_EQ(written(app::failure_options(settings, "Bell", program)), written(program));
}

TEST(FailureSettings, EachReachesItsOwnMemberAndNoOtherFromTheEnvironment) {
  const std::vector<app::SettingSpec> specs = app::failure_specs();
  std::set<std::string> variables;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_TRUE(variables.insert(specs[i].variable).second) << specs[i].variable;
    const std::string value = other_value(specs[i]);
    const Settings settings{"shop", {{specs[i].variable, value}}};
    settings.validate();
    std::vector<std::string> expected = written(FailureOptions{});
    expected[i] = specs[i].name + "=" + value;
    EXPECT_EQ(written(app::failure_options(settings, "Bell", {})), expected);
  }
}

TEST(FailureSettings, ReachTheMembersTheyAreNamedAfter) {
  const Settings settings{"shop",
                          {{"LEFTFOLD_RETRY_IMMEDIATE", "2"},
                           {"LEFTFOLD_RETRY_BASE", "1s"},
                           {"LEFTFOLD_BREAKER_FAILURE_RATE", "0.25"},
                           {"LEFTFOLD_BREAKER_WINDOW", "count"},
                           {"LEFTFOLD_BREAKER_ENABLED", "false"},
                           {"LEFTFOLD_DLQ_MODE", "fail_fast"},
                           {"LEFTFOLD_DLQ_MAX_SEQUENCES", "1024"},
                           {"LEFTFOLD_DLQ_MAX_SEQUENCE_SIZE", "99"},
                           {"LEFTFOLD_DLQ_AUTO_RETRY", "5m"},
                           {"LEFTFOLD_DLQ_EXPIRE_AFTER", "30d"},
                           {"LEFTFOLD_ON_FATAL", "stop_subscription"},
                           {"LEFTFOLD_STRAND_MAX_QUEUED", "5"},
                           {"LEFTFOLD_HANDLER_TIMEOUT", "2m"},
                           {"LEFTFOLD_OUTAGE_RATIO", "1"}}};
  const FailureOptions options = app::failure_options(settings, "Bell", {});
  EXPECT_EQ(options.retry.immediate, 2);
  EXPECT_EQ(options.retry.base, milliseconds{1000});
  EXPECT_EQ(options.breaker.failure_rate, 0.25);
  EXPECT_EQ(options.breaker.window, BreakerOptions::Window::count);
  EXPECT_FALSE(options.breaker.enabled);
  EXPECT_EQ(options.when_exhausted, WhenExhausted::fail_fast);
  EXPECT_EQ(options.limits.sequences, 1024U);
  EXPECT_EQ(options.limits.letters, 99U);
  EXPECT_EQ(options.auto_retry, std::chrono::minutes{5});
  EXPECT_EQ(options.expire_after, std::chrono::hours{24 * 30});
  EXPECT_EQ(options.on_fatal, OnFatal::stop_subscription);
  EXPECT_EQ(options.max_waiting, 5U);
  EXPECT_EQ(options.handler_timeout, std::chrono::minutes{2});
  EXPECT_EQ(options.outage_ratio, 1);
}

TEST(FailureSettings, OverruleTheProgramOnlyWhereTheyAreSet) {
  FailureOptions program;
  program.retry.max_attempts = 4;
  program.retry.base = milliseconds{300};
  program.rules.when<int>(FailureClass::duplicate);
  Settings settings{"shop", {{"LEFTFOLD_RETRY_MAX_ATTEMPTS", "9"}}};
  FailureOptions options = app::failure_options(settings, "Bell", program);
  EXPECT_EQ(options.retry.max_attempts, 9);
  EXPECT_EQ(options.retry.base, milliseconds{300});
  EXPECT_EQ(options.rules.classify(std::make_exception_ptr(7)), FailureClass::duplicate);
  settings.set("retry.max_attempts", "6", "flag --retry");  // the default again, but somebody says so
  EXPECT_EQ(app::failure_options(settings, "Bell", program).retry.max_attempts, 6);
}

TEST(FailureSettings, OfTheProgramForAllFillInWhatAHandlersOptionsLeave) {
  FailureOptions program;
  program.retry.max_attempts = 4;
  Settings settings{"shop", Environment{}};
  settings.set("retry.max_attempts", "9");
  settings.set("retry.base", "1s");
  const FailureOptions options = app::failure_options(settings, "Bell", program);
  EXPECT_EQ(options.retry.max_attempts, 4);
  EXPECT_EQ(options.retry.base, milliseconds{1000});
}

TEST(FailureSettings, OfOneHandlerHoldForItAlone) {
  Settings settings{"shop", {{"LEFTFOLD_RETRY_MAX_ATTEMPTS", "9"}}};
  settings.set("handlers.Bell.retry.max_attempts", "2");
  settings.set("handlers.a.b.on_fatal", "stop_subscription");  // a name with a dot
  EXPECT_EQ(app::failure_options(settings, "Bell", {}).retry.max_attempts, 2);
  EXPECT_EQ(app::failure_options(settings, "Other", {}).retry.max_attempts, 9);
  EXPECT_EQ(app::failure_options(settings, "a.b", {}).on_fatal, OnFatal::stop_subscription);
  EXPECT_EQ(app::failure_options(settings, "Bell", {}).on_fatal, OnFatal::exit);
  EXPECT_EQ(settings.get("handlers.Bell.retry.max_attempts").value, "2");
  EXPECT_EQ(settings.get("handlers.Other.retry.max_attempts").value, "9");  // what holds for all
  EXPECT_EQ(settings.handlers(), (std::vector<std::string_view>{"Bell", "a.b"}));
  ASSERT_EQ(settings.of_handler("Bell").size(), 1U);
  EXPECT_EQ(settings.of_handler("Bell")[0].name, "retry.max_attempts");
  EXPECT_TRUE(settings.of_handler("Other").empty());
}

TEST(FailureSettings, OfAHandlerThatAreUnknownAreErrors) {
  Settings settings{"shop", Environment{}};
  for (const std::string name : {"handlers.Bell.retry.bse", "handlers.Bell.store", "handlers.Bell", "handlers.",
                                 "handlers..retry.base", "handlers.retry.base"}) {
    EXPECT_TRUE(has(failure([&] { settings.set(name, "1"); }, Errc::invalid_argument), "\"" + name + "\"")) << name;
  }
  EXPECT_TRUE(has(failure([&] { settings.set("handlers.Bell.retry.bse", "1"); }, Errc::invalid_argument),
                  "did you mean \"retry.base\"?"));
  EXPECT_TRUE(
      has(failure([&] { settings.set("retry.bse", "1"); }, Errc::invalid_argument), "did you mean \"retry.base\"?"));
}

TEST(FailureSettings, EveryMalformedValueIsNamedWithItsVariableAndWhatIsAllowed) {
  for (const app::SettingSpec& spec : app::failure_specs()) {
    for (const std::string value : {"nonsense", "-1", "7 ", " 7", "+7", "1e99", "nan", "0x7", "99999999999999999999",
                                    "366d", "1w", "-1s", "5.5s"}) {
      const Settings settings{"shop", {{spec.variable, value}}};
      const std::string expected =
          spec.name + " is \"" + value + "\" (environment " + spec.variable + "); use " + spec.allowed;
      EXPECT_EQ(failure([&] { settings.validate(); }), expected);
      EXPECT_EQ(failure([&] { (void)app::failure_options(settings, "Bell", {}); }), expected);
    }
  }
}

TEST(FailureSettings, BoundsAreThoseOfTheOptionsThemselves) {
  const auto expect = [](const std::string& variable, const std::string& good, const std::string& bad) {
    const Settings settings{"shop", {{variable, good}}};
    EXPECT_EQ(failure([&] { settings.validate(); }), "nothing") << variable;
    EXPECT_EQ(failure([&] { (void)app::failure_options(settings, "Bell", {}); }), "nothing") << variable << good;
    const Settings beyond{"shop", {{variable, bad}}};
    EXPECT_TRUE(has(failure([&] { beyond.validate(); }), "; use ")) << variable << bad;
  };
  expect("LEFTFOLD_RETRY_IMMEDIATE", "0", "1000001");
  expect("LEFTFOLD_RETRY_MAX_ATTEMPTS", "1", "0");
  expect("LEFTFOLD_RETRY_BASE", "1ms", "0ms");
  expect("LEFTFOLD_RETRY_BASE", "365d", "366d");
  expect("LEFTFOLD_RETRY_CAP", "10ms", "9ms");
  expect("LEFTFOLD_RETRY_MULTIPLIER", "1", "0.99");
  expect("LEFTFOLD_RETRY_MULTIPLIER", "1000", "1000.5");
  expect("LEFTFOLD_RETRY_BUDGET", "0", "1000001");
  expect("LEFTFOLD_BREAKER_WINDOW_TIME", "6ms", "5ms");
  expect("LEFTFOLD_BREAKER_FAILURE_RATE", "1", "1.01");
  expect("LEFTFOLD_BREAKER_FAILURE_RATE", "0.0001", "0");
  expect("LEFTFOLD_BREAKER_MIN_CALLS", "10000", "10001");
  expect("LEFTFOLD_BREAKER_MIN_DISTINCT", "1000", "1001");
  expect("LEFTFOLD_BREAKER_OPEN_GROWTH", "100", "101");
  expect("LEFTFOLD_BREAKER_OPEN_JITTER", "0.9", "0.91");
  expect("LEFTFOLD_OUTAGE_RATIO", "0", "1.5");
  expect("LEFTFOLD_STRAND_MAX_QUEUED", "1", "0");
  expect("LEFTFOLD_HANDLER_TIMEOUT", "1ms", "0s");
  expect("LEFTFOLD_DLQ_MAX_SEQUENCES", "0", "1000001");
}

TEST(FailureSettings, ThatDoNotGoTogetherAreNamedWithTheirOrigins) {
  Settings settings{"shop", {{"LEFTFOLD_BREAKER_OPEN", "10m"}}};
  settings.validate();  // each is good by itself
  settings.set("handlers.Bell.breaker.max_open", "1s");
  const std::string why = failure([&] { (void)app::failure_options(settings, "Bell", {}); });
  EXPECT_TRUE(why.starts_with("handler Bell: breaker.max_open is 1000 ms")) << why;
  EXPECT_TRUE(has(why, "(breaker.open: environment LEFTFOLD_BREAKER_OPEN, breaker.max_open: program)")) << why;
}

TEST(FailureOptions, ThatCannotBeUsedAreNamed) {
  validate(FailureOptions{});
  const auto said = [](const std::function<void(FailureOptions&)>& spoil) {
    FailureOptions options;
    spoil(options);
    return failure([&] { validate(options); });
  };
  EXPECT_TRUE(has(said([](auto& o) { o.retry.max_attempts = 0; }), "retry.max_attempts is 0"));
  EXPECT_TRUE(has(said([](auto& o) { o.breaker.probes = 0; }), "breaker.probes is 0"));
  EXPECT_TRUE(has(said([](auto& o) { o.max_waiting = 0; }), "max_waiting is 0"));
  EXPECT_TRUE(has(said([](auto& o) { o.park_timeout = milliseconds{-1}; }), "park_timeout is -1 ms"));
  EXPECT_TRUE(has(said([](auto& o) { o.handler_timeout = milliseconds{0}; }), "handler_timeout is 0 ms"));
  EXPECT_TRUE(has(said([](auto& o) { o.outage_ratio = 1.1; }), "outage_ratio is 1.1"));
  EXPECT_TRUE(has(said([](auto& o) { o.limits.sequences = 2'000'000; }), "limits.sequences is 2000000"));
  EXPECT_TRUE(has(said([](auto& o) { o.limits.letters = 2'000'000; }), "limits.letters is 2000000"));
  EXPECT_TRUE(has(said([](auto& o) { o.auto_retry = milliseconds{-1}; }), "auto_retry is -1 ms"));
  EXPECT_TRUE(has(said([](auto& o) { o.auto_retry = std::chrono::hours{7}; }), "auto_retry_max is 21600000 ms"));
  EXPECT_TRUE(has(said([](auto& o) { o.expire_after = milliseconds{-1}; }), "expire_after is -1 ms"));
}

}  // namespace
}  // namespace leftfold
