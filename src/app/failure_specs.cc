// SPDX-License-Identifier: Apache-2.0
// Settings of failures: every member of FailureOptions, RetryPolicy and BreakerOptions that is a value.
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/address.h"
#include "app/setting_spec.h"

namespace leftfold::inline v0::app {
namespace {

using std::chrono::milliseconds;

constexpr double kMostCount = 1'000'000;
constexpr milliseconds kYear = std::chrono::hours{24 * 365};

std::string number_text(double number) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

std::string duration_text(milliseconds time) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 3> kUnits{
      {{3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}}};
  for (const auto& [factor, unit] : kUnits) {
    const bool fits = time.count() % factor == 0 && (time.count() > 0 || unit == "s");
    if (fits) return std::to_string(time.count() / factor) + std::string{unit};
  }
  return std::to_string(time.count()) + "ms";
}

/// Completes a spec by the three functions; `read(setting)` gives the member's value, `write(value)` its text.
template <class Field, class Read, class Write>
SettingSpec with_field(SettingSpec spec, Field field, const Read& read, const Write& write) {
  spec.check = [read](const Setting& setting) { (void)read(setting); };
  spec.apply = [field, read](const Setting& setting, FailureOptions& options) { field(options) = read(setting); };
  spec.written = [field, write](const FailureOptions& options) {
    FailureOptions copy = options;
    return write(field(copy));
  };
  spec.value = spec.written(FailureOptions{});
  return spec;
}

template <class Field>
using TypeOf = std::remove_cvref_t<std::invoke_result_t<Field, FailureOptions&>>;

/// A member that is a number; whole ones are counted.
template <class Field>
SettingSpec number(std::string name, std::string variable, std::string help, double least, double most, Field field) {
  using Type = TypeOf<Field>;
  constexpr bool kWhole = std::is_integral_v<Type>;
  SettingSpec spec{std::move(name), std::move(variable), std::move(help)};
  spec.allowed = std::string{kWhole ? "a number" : "a number, such as 0.5,"} + " from " + number_text(least) + " to " +
                 number_text(most);
  spec.kind = kWhole ? ValueKind::integer : ValueKind::number;
  return with_field(
      std::move(spec), field,
      [least, most](const Setting& setting) {
        if constexpr (kWhole) {
          return static_cast<Type>(
              count_value(setting, static_cast<std::size_t>(least), static_cast<std::size_t>(most)));
        } else {
          return number_value(setting, least, most);
        }
      },
      [](Type value) { return number_text(static_cast<double>(value)); });
}

/// A member that is a time.
template <class Field>
SettingSpec duration(std::string name, std::string variable, std::string help, milliseconds least, Field field) {
  SettingSpec spec{std::move(name), std::move(variable), std::move(help)};
  spec.allowed = "a duration such as 500ms, 10s, 5m, 6h or 30d, from " + duration_text(least) + " to 365d";
  return with_field(
      std::move(spec), field, [least](const Setting& setting) { return duration_value(setting, least, kYear); },
      duration_text);
}

/// A member that is one of several names.
template <class Field, class Enum = TypeOf<Field>>
SettingSpec choice(std::string name, std::string variable, std::string help,
                   std::initializer_list<std::pair<std::string_view, Enum>> given, Field field) {
  SettingSpec spec{std::move(name), std::move(variable), std::move(help)};
  const std::vector<std::pair<std::string_view, Enum>> names{given};
  for (const auto& [text, value] : names) (spec.allowed += spec.allowed.empty() ? "" : " or ") += text;
  if constexpr (std::is_same_v<Enum, bool>) spec.kind = ValueKind::boolean;
  return with_field(
      std::move(spec), field,
      [names](const Setting& setting) {
        for (const auto& [text, value] : names) {
          if (setting.value == text) return value;
        }
        refuse(setting);
      },
      [names](Enum wanted) {
        for (const auto& [text, value] : names) {
          if (value == wanted) return std::string{text};
        }
        return std::string{};
      });
}

std::vector<SettingSpec> retry_specs() {
  using O = FailureOptions;
  return {
      number("retry.immediate", "LEFTFOLD_RETRY_IMMEDIATE", "tries at once before any pause", 0, kMostCount,
             [](O& o) -> auto& { return o.retry.immediate; }),
      number("retry.max_attempts", "LEFTFOLD_RETRY_MAX_ATTEMPTS", "calls of the handler in all; then parked", 1,
             kMostCount, [](O& o) -> auto& { return o.retry.max_attempts; }),
      duration("retry.base", "LEFTFOLD_RETRY_BASE", "the first pause is at most this", milliseconds{1},
               [](O& o) -> auto& { return o.retry.base; }),
      duration("retry.cap", "LEFTFOLD_RETRY_CAP", "no pause is longer", RetryPolicy::kShortestPause,
               [](O& o) -> auto& { return o.retry.cap; }),
      number("retry.multiplier", "LEFTFOLD_RETRY_MULTIPLIER", "growth of the pauses", 1, 1000,
             [](O& o) -> auto& { return o.retry.multiplier; }),
      duration("retry.max_elapsed", "LEFTFOLD_RETRY_MAX_ELAPSED", "from the first failure; then parked",
               milliseconds{0}, [](O& o) -> auto& { return o.retry.max_elapsed; }),
      number("retry.budget", "LEFTFOLD_RETRY_BUDGET", "failures until retries slow down", 0, kMostCount,
             [](O& o) -> auto& { return o.retry.budget; }),
      number("retry.budget_refill", "LEFTFOLD_RETRY_BUDGET_REFILL", "what a success gives back to the budget", 0,
             kMostCount, [](O& o) -> auto& { return o.retry.budget_refill; }),
  };
}

std::vector<SettingSpec> breaker_specs() {
  using O = FailureOptions;
  using Window = BreakerOptions::Window;
  constexpr double kMostCalls = 10'000;
  constexpr double kSmallestRate = 0.0001;
  return {
      choice("breaker.enabled", "LEFTFOLD_BREAKER_ENABLED", "false: everything passes, nothing is counted",
             {{"true", true}, {"false", false}}, [](O& o) -> auto& { return o.breaker.enabled; }),
      choice("breaker.window", "LEFTFOLD_BREAKER_WINDOW", "what is looked at: the last time or the last calls",
             {{"time", Window::time}, {"count", Window::count}}, [](O& o) -> auto& { return o.breaker.window; }),
      duration("breaker.window_time", "LEFTFOLD_BREAKER_WINDOW_TIME", "length of a window of time",
               milliseconds{BreakerOptions::kBuckets}, [](O& o) -> auto& { return o.breaker.window_time; }),
      number("breaker.window_calls", "LEFTFOLD_BREAKER_WINDOW_CALLS", "length of a window of calls", 1, kMostCalls,
             [](O& o) -> auto& { return o.breaker.window_calls; }),
      number("breaker.min_calls", "LEFTFOLD_BREAKER_MIN_CALLS", "fewer calls in the window never open it", 1,
             kMostCalls, [](O& o) -> auto& { return o.breaker.min_calls; }),
      number("breaker.failure_rate", "LEFTFOLD_BREAKER_FAILURE_RATE", "share of failed calls that opens it",
             kSmallestRate, 1, [](O& o) -> auto& { return o.breaker.failure_rate; }),
      number("breaker.slow_rate", "LEFTFOLD_BREAKER_SLOW_RATE", "share of slow calls that opens it", kSmallestRate, 1,
             [](O& o) -> auto& { return o.breaker.slow_rate; }),
      duration("breaker.slow", "LEFTFOLD_BREAKER_SLOW", "a call that takes longer is slow", milliseconds{1},
               [](O& o) -> auto& { return o.breaker.slow; }),
      number("breaker.min_distinct", "LEFTFOLD_BREAKER_MIN_DISTINCT", "fewer failing aggregates never open it", 1, 1000,
             [](O& o) -> auto& { return o.breaker.min_distinct; }),
      duration("breaker.open", "LEFTFOLD_BREAKER_OPEN", "how long it stays open the first time", milliseconds{1},
               [](O& o) -> auto& { return o.breaker.open; }),
      number("breaker.open_growth", "LEFTFOLD_BREAKER_OPEN_GROWTH", "growth of that time when it opens again", 1, 100,
             [](O& o) -> auto& { return o.breaker.open_growth; }),
      duration("breaker.max_open", "LEFTFOLD_BREAKER_MAX_OPEN", "it is never open for longer", milliseconds{1},
               [](O& o) -> auto& { return o.breaker.max_open; }),
      number("breaker.open_jitter", "LEFTFOLD_BREAKER_OPEN_JITTER", "share by which that time varies", 0, 0.9,
             [](O& o) -> auto& { return o.breaker.open_jitter; }),
      duration("breaker.calm", "LEFTFOLD_BREAKER_CALM", "closed for so long, it begins with the first time again",
               milliseconds{0}, [](O& o) -> auto& { return o.breaker.calm; }),
      number("breaker.probes", "LEFTFOLD_BREAKER_PROBES", "calls let through while half-open", 1, kMostCalls,
             [](O& o) -> auto& { return o.breaker.probes; }),
      number("breaker.probe_successes", "LEFTFOLD_BREAKER_PROBE_SUCCESSES", "successes that close it", 1, kMostCalls,
             [](O& o) -> auto& { return o.breaker.probe_successes; }),
      duration("breaker.max_half_open", "LEFTFOLD_BREAKER_MAX_HALF_OPEN", "half-open for so long, it opens again",
               milliseconds{1}, [](O& o) -> auto& { return o.breaker.max_half_open; }),
  };
}

std::vector<SettingSpec> other_specs() {
  using O = FailureOptions;
  return {
      choice("dead_letters.mode", "LEFTFOLD_DLQ_MODE", "what becomes of an event that cannot be handled",
             {{"park", WhenExhausted::park}, {"fail_fast", WhenExhausted::fail_fast}},
             [](O& o) -> auto& { return o.when_exhausted; }),
      number("dead_letters.max_sequences", "LEFTFOLD_DLQ_MAX_SEQUENCES",
             "aggregates a handler may park, then it stops; 0 for no limit", 0, kMostCount,
             [](O& o) -> auto& { return o.limits.sequences; }),
      number("dead_letters.max_sequence_size", "LEFTFOLD_DLQ_MAX_SEQUENCE_SIZE",
             "events of one aggregate it may park, then it stops; 0 for no limit", 0, kMostCount,
             [](O& o) -> auto& { return o.limits.letters; }),
      duration("dead_letters.park_timeout", "LEFTFOLD_DLQ_PARK_TIMEOUT",
               "how long the store may refuse a letter, then it stops", milliseconds{0},
               [](O& o) -> auto& { return o.park_timeout; }),
      duration("dead_letters.auto_retry", "LEFTFOLD_DLQ_AUTO_RETRY",
               "first pause before parked events are tried again by themselves; 0s for never", milliseconds{0},
               [](O& o) -> auto& { return o.auto_retry; }),
      duration("dead_letters.auto_retry_max", "LEFTFOLD_DLQ_AUTO_RETRY_MAX", "longest pause between those tries",
               milliseconds{1}, [](O& o) -> auto& { return o.auto_retry_max; }),
      duration("dead_letters.expire_after", "LEFTFOLD_DLQ_EXPIRE_AFTER",
               "age at which a letter is discarded; 0s for never", milliseconds{0},
               [](O& o) -> auto& { return o.expire_after; }),
      choice("on_fatal", "LEFTFOLD_ON_FATAL", "what a fatal failure ends",
             {{"exit", OnFatal::exit}, {"stop_subscription", OnFatal::stop_subscription}},
             [](O& o) -> auto& { return o.on_fatal; }),
      duration("handler_timeout", "LEFTFOLD_HANDLER_TIMEOUT", "a handler that takes longer is logged and counted",
               milliseconds{1}, [](O& o) -> auto& { return o.handler_timeout; }),
      duration("gap_timeout", "LEFTFOLD_GAP_TIMEOUT",
               "how long a projector on Kafka waits for an event that is missing before another; then parked",
               milliseconds{0}, [](O& o) -> auto& { return o.gap_timeout; }),
      number("strand_max_queued", "LEFTFOLD_STRAND_MAX_QUEUED", "events of one aggregate that may wait for another try",
             1, kMostCount, [](O& o) -> auto& { return o.max_waiting; }),
      number("outage_ratio", "LEFTFOLD_OUTAGE_RATIO", "share of aggregates to park that is taken for an outage", 0, 1,
             [](O& o) -> auto& { return o.outage_ratio; }),
  };
}

}  // namespace

std::vector<SettingSpec> failure_specs() {
  std::vector<SettingSpec> all = retry_specs();
  for (SettingSpec& spec : breaker_specs()) all.push_back(std::move(spec));
  for (SettingSpec& spec : other_specs()) all.push_back(std::move(spec));
  return all;
}

}  // namespace leftfold::inline v0::app
