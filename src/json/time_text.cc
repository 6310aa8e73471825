// SPDX-License-Identifier: Apache-2.0
#include "json/time_text.h"

#include <charconv>
#include <chrono>
#include <limits>

namespace leftfold::inline v0::json {
namespace {

// A time is computed in attoseconds (10^-18 s, the finest unit of <ratio>), in 128 bits: that covers 10^20 seconds.
__extension__ using Atto = __int128;
constexpr std::int64_t kAttoPerSecond = 1'000'000'000'000'000'000;
constexpr int kAttoDigits = 18;

Atto tick_of(const TimeType& type) { return static_cast<Atto>(type.numerator) * (kAttoPerSecond / type.denominator); }

struct Split {
  std::int64_t seconds;   ///< rounded down
  std::int64_t fraction;  ///< attoseconds
};

/// False when the seconds do not fit.
bool split(const TimeType& type, std::int64_t ticks, Split& out) {
  Atto total = 0;
  if (__builtin_mul_overflow(static_cast<Atto>(ticks), tick_of(type), &total)) return false;
  Atto seconds = total / kAttoPerSecond;
  Atto fraction = total % kAttoPerSecond;
  if (fraction < 0) {
    fraction += kAttoPerSecond;
    --seconds;
  }
  if (seconds < std::numeric_limits<std::int64_t>::min() || seconds > std::numeric_limits<std::int64_t>::max()) {
    return false;
  }
  out = Split{static_cast<std::int64_t>(seconds), static_cast<std::int64_t>(fraction)};
  return true;
}

TimeText join(const TimeType& type, Atto total, std::int64_t& ticks) {
  const Atto tick = tick_of(type);
  const Atto whole = total / tick;
  if (whole * tick != total) return TimeText::too_precise;
  if (whole < std::numeric_limits<std::int64_t>::min() || whole > std::numeric_limits<std::int64_t>::max()) {
    return TimeText::out_of_range;
  }
  ticks = static_cast<std::int64_t>(whole);
  return TimeText::good;
}

char* put_digits(char* out, std::int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + digits;
}

char* put_fraction(char* out, std::int64_t fraction) {
  if (fraction == 0) return out;
  int digits = kAttoDigits;
  for (; fraction % 10 == 0; fraction /= 10) --digits;
  *out++ = '.';
  return put_digits(out, fraction, digits);
}

/// Takes texts apart from the front.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  /// Exactly `digits` digits.
  bool number(int digits, int& out) {
    if (rest.size() < static_cast<std::size_t>(digits)) return false;
    out = 0;
    for (int i = 0; i < digits; ++i) {
      const char c = rest[static_cast<std::size_t>(i)];
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
    }
    rest.remove_prefix(static_cast<std::size_t>(digits));
    return true;
  }
  /// The digits behind a point, at least one; `exact` turns false when there are more than attoseconds.
  bool fraction(std::int64_t& out, bool& exact) {
    out = 0;
    int digits = 0;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1), ++digits) {
      if (digits < kAttoDigits) out = out * 10 + (rest.front() - '0');
      else if (rest.front() != '0') exact = false;
    }
    for (int i = digits; i < kAttoDigits; ++i) out *= 10;
    return digits > 0;
  }
};

}  // namespace

char* write_time(char* out, const TimeType& type, std::int64_t ticks) {
  using namespace std::chrono;
  constexpr std::int64_t kFirst = sys_seconds{sys_days{year{0} / 1 / 1}}.time_since_epoch().count();
  constexpr std::int64_t kEnd = sys_seconds{sys_days{year{10000} / 1 / 1}}.time_since_epoch().count();
  Split time{};
  if (!split(type, ticks, time) || time.seconds < kFirst || time.seconds >= kEnd) return nullptr;
  const sys_seconds moment{seconds{time.seconds}};
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss clock{moment - day};
  out = put_digits(out, static_cast<int>(date.year()), 4);
  *out++ = '-';
  out = put_digits(out, static_cast<unsigned>(date.month()), 2);
  *out++ = '-';
  out = put_digits(out, static_cast<unsigned>(date.day()), 2);
  *out++ = 'T';
  out = put_digits(out, clock.hours().count(), 2);
  *out++ = ':';
  out = put_digits(out, clock.minutes().count(), 2);
  *out++ = ':';
  out = put_digits(out, clock.seconds().count(), 2);
  out = put_fraction(out, time.fraction);
  *out++ = 'Z';
  return out;
}

char* write_duration(char* out, const TimeType& type, std::int64_t ticks) {
  Split time{};
  if (!split(type, ticks, time)) return nullptr;
  auto seconds = static_cast<std::uint64_t>(time.seconds);
  if (time.seconds < 0) {
    *out++ = '-';
    seconds = 0 - seconds;
    if (time.fraction != 0) {  // -1.5 s was split into -2 s and 0.5 s
      --seconds;
      time.fraction = kAttoPerSecond - time.fraction;
    }
  }
  *out++ = 'P';
  *out++ = 'T';
  out = std::to_chars(out, out + 20, seconds).ptr;
  out = put_fraction(out, time.fraction);
  *out++ = 'S';
  return out;
}

TimeText read_time(std::string_view text, const TimeType& type, std::int64_t& ticks) {
  using namespace std::chrono;
  Cursor at{text};
  int year_number = 0, month_number = 0, day_number = 0, hour = 0, minute = 0, second = 0;
  if (!at.number(4, year_number) || !at.take('-') || !at.number(2, month_number) || !at.take('-') ||
      !at.number(2, day_number) || !(at.take('T') || at.take('t')) || !at.number(2, hour) || !at.take(':') ||
      !at.number(2, minute) || !at.take(':') || !at.number(2, second)) {
    return TimeText::malformed;
  }
  std::int64_t fraction = 0;
  bool exact = true;
  if (at.take('.') && !at.fraction(fraction, exact)) return TimeText::malformed;
  int offset = 0;  // in seconds
  if (!at.take('Z') && !at.take('z')) {
    const bool west = at.take('-');
    int offset_hour = 0, offset_minute = 0;
    if ((!west && !at.take('+')) || !at.number(2, offset_hour) || !at.take(':') || !at.number(2, offset_minute) ||
        offset_hour > 23 || offset_minute > 59) {
      return TimeText::malformed;
    }
    offset = (west ? -1 : 1) * (offset_hour * 3600 + offset_minute * 60);
  }
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!at.rest.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) return TimeText::malformed;
  if (!exact) return TimeText::too_precise;
  const sys_seconds moment = sys_days{date} + hours{hour} + minutes{minute} + seconds{second - offset};
  return join(type, static_cast<Atto>(moment.time_since_epoch().count()) * kAttoPerSecond + fraction, ticks);
}

TimeText read_duration(std::string_view text, const TimeType& type, std::int64_t& ticks) {
  Cursor at{text};
  const bool negative = at.take('-');
  if (!negative) at.take('+');
  if (!at.take('P')) return TimeText::malformed;
  struct Part {
    char unit;
    bool of_clock;  ///< behind the T
    std::int64_t seconds;
  };
  constexpr Part kParts[] = {
      {'W', false, 604800}, {'D', false, 86400}, {'H', true, 3600}, {'M', true, 60}, {'S', true, 1}};
  Atto seconds = 0;
  std::int64_t fraction = 0;
  bool exact = true;
  bool fits = true;
  bool in_clock = false;
  std::size_t next = 0;  // parts come in this order
  bool any = false;      // behind P, and again behind T
  while (!at.rest.empty()) {
    if (!in_clock && at.take('T')) {
      in_clock = true;
      any = false;
      continue;
    }
    std::uint64_t count = 0;
    const char* const begin = at.rest.data();
    const auto [end, error] = std::from_chars(begin, begin + at.rest.size(), count);
    if (end == begin) return TimeText::malformed;
    if (error != std::errc{}) fits = false;
    at.rest.remove_prefix(static_cast<std::size_t>(end - begin));
    const bool point = at.take('.');
    if (point && !at.fraction(fraction, exact)) return TimeText::malformed;
    while (next < std::size(kParts) && (kParts[next].of_clock != in_clock || !at.rest.starts_with(kParts[next].unit))) {
      ++next;
    }
    if (next == std::size(kParts) || (point && kParts[next].unit != 'S')) return TimeText::malformed;
    at.take(kParts[next].unit);
    seconds += static_cast<Atto>(count) * kParts[next].seconds;
    ++next;
    any = true;
  }
  if (!any) return TimeText::malformed;
  if (!exact) return TimeText::too_precise;
  if (!fits || seconds > std::numeric_limits<std::int64_t>::max()) return TimeText::out_of_range;
  const Atto total = seconds * kAttoPerSecond + fraction;
  return join(type, negative ? -total : total, ticks);
}

}  // namespace leftfold::inline v0::json
