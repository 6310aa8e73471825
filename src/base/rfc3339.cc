// SPDX-License-Identifier: Apache-2.0
#include "base/rfc3339.h"

#include <array>
#include <string_view>

namespace leftfold::inline v0::base {
namespace {

// Each record of a broker has one, and printf takes longer than all the rest of it.
void put(char* end, unsigned value, int digits) {
  for (; digits > 0; --digits, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string to_rfc3339(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 24> text{};
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000Z";
  kShape.copy(text.data(), text.size());
  put(text.data() + 4, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put(text.data() + 7, static_cast<unsigned>(date.month()), 2);
  put(text.data() + 10, static_cast<unsigned>(date.day()), 2);
  put(text.data() + 13, static_cast<unsigned>(clock.hours().count()), 2);
  put(text.data() + 16, static_cast<unsigned>(clock.minutes().count()), 2);
  put(text.data() + 19, static_cast<unsigned>(clock.seconds().count()), 2);
  put(text.data() + 23, static_cast<unsigned>(clock.subseconds().count()), 3);
  return {text.data(), text.size()};
}

}  // namespace leftfold::inline v0::base
