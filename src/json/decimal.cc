// SPDX-License-Identifier: Apache-2.0
#include "json/decimal.h"

#include <algorithm>
#include <charconv>

namespace leftfold::inline v0::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits at the beginning of `text` off it.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto size = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Decimal> read_decimal(std::string_view text) {
  constexpr std::size_t kMostExponentDigits = 9;
  Decimal number;
  number.negative = take(text, "-");
  const std::string_view whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  std::string_view fraction;
  if (take(text, ".")) {
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  std::int64_t power = 0;
  if (take(text, "eE")) {
    const bool minus = !text.empty() && text.front() == '-';
    (void)take(text, "+-");
    std::string_view digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() > kMostExponentDigits) return std::nullopt;
    std::from_chars(digits.data(), digits.data() + digits.size(), power);
    if (minus) power = -power;
  }
  if (!text.empty()) return std::nullopt;

  number.digits.append(whole).append(fraction);
  const std::size_t first = number.digits.find_first_not_of('0');
  if (first == std::string::npos) return Decimal{};
  number.exponent = power + static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first);
  number.digits.erase(number.digits.find_last_not_of('0') + 1).erase(0, first);
  return number;
}

}  // namespace leftfold::inline v0::json
