// SPDX-License-Identifier: Apache-2.0
#include "cli/event_place.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <leftfold/json.h>

#include "cli/numbers.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

using Kind = EventPlace::Kind;
using std::chrono::milliseconds;

struct TimeValue {
  Timestamp time;
};

constexpr std::array<std::pair<std::string_view, milliseconds>, 5> kUnits{{
    {"ms", milliseconds{1}},
    {"s", std::chrono::seconds{1}},
    {"m", std::chrono::minutes{1}},
    {"h", std::chrono::hours{1}},
    {"d", std::chrono::hours{24}},
}};
constexpr std::int64_t kMostDays = 3'650'000;  // ten thousand years

std::optional<milliseconds> duration_of(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::int64_t> value = whole_number(text.substr(0, digits));
  if (!value) return std::nullopt;
  for (const auto& [unit, length] : kUnits) {
    if (unit != text.substr(digits)) continue;
    if (*value > std::chrono::hours{24} * kMostDays / length) return std::nullopt;
    return *value * length;
  }
  return std::nullopt;
}

std::optional<Timestamp> time_of(const std::string& text) {
  std::string document = "{\"time\":";
  append_json_string(document, text);
  try {
    return from_json<TimeValue>(document + "}").time;
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

}  // namespace

std::int64_t EventPlace::begin(std::int64_t first, std::int64_t last) const noexcept {
  const std::int64_t events = last - first + 1;
  switch (kind) {
    case Kind::start: return first;
    case Kind::end: return last + 1;
    case Kind::number: return std::max(first, number);
    case Kind::after_first: return first + std::min(number, events);
    case Kind::before_last: return last + 1 - std::min(number, events);
  }
  return first;
}

std::int64_t EventPlace::finish(std::int64_t first, std::int64_t last) const noexcept {
  if (kind == Kind::number) return std::min(last, number);
  return begin(first, last) - 1;
}

EventPlace read_place(std::string_view flag, const std::string& text, std::string_view number) {
  if (text == "start") return {Kind::start, 0};
  if (text == "end") return {Kind::end, 0};
  const bool sign = text.starts_with('+') || text.starts_with('-');
  if (const auto value = whole_number(std::string_view{text}.substr(sign ? 1 : 0))) {
    return {!sign ? Kind::number : text.front() == '+' ? Kind::after_first : Kind::before_last, *value};
  }
  refuse_value(flag, text,
               "start, end, " + std::string{number} + ", +N (behind the first N) or -N (before the last N)");
}

Timestamp read_time(std::string_view flag, const std::string& text, Timestamp now) {
  if (const auto ago = duration_of(text)) return now - *ago;
  constexpr std::size_t kDate = 10;
  if (const auto time = time_of(text.size() == kDate ? text + "T00:00:00Z" : text)) return *time;
  refuse_value(flag, text, "a time such as 2026-11-23T09:00:00Z or 2026-11-23, or how long ago: 30s, 15m, 2h, 7d");
}

}  // namespace leftfold::inline v0::cli
