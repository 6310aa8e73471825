// SPDX-License-Identifier: Apache-2.0
// The names of enum values.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include <leftfold/reflect.h>

namespace leftfold::inline v0::reflect {

/// Values from kEnumMin to kEnumMax have names, others do not: the compiler is asked for each of them.
inline constexpr int kEnumMin = -128;
inline constexpr int kEnumMax = 255;

/// One enum value and its name.
struct EnumName {
  int value;
  std::string_view name;
};

namespace detail {

template <class Enum, Enum... values>
consteval const char* spell_values() {
  return __PRETTY_FUNCTION__;
}

/// Every value between the limits as the compiler prints it: "shop::Color::red" when it has a name, "(shop::Color)7"
/// when not, with ", " between them.
template <class Enum, int first, int... offset>
consteval std::string_view spell_all(std::integer_sequence<int, offset...>) {
  constexpr std::string_view sample = spell_values<Enum>();
  std::string_view text = spell_values<Enum, static_cast<Enum>(first + offset)...>();
  // The list stands where the empty list of the sample stands: both end in the same bracket.
  std::size_t begin = 0;
  while (begin < sample.size() && sample[begin] == text[begin]) ++begin;
  text.remove_prefix(begin);
  if (text.starts_with('{')) text.remove_prefix(1);
  return text.substr(0, text.find_last_not_of("]}>") + 1);
}

template <class Enum>
struct EnumNames {
  static_assert(
      requires { Enum{0}; },
      "leftfold: an enum without a fixed type cannot be stored: write 'enum class X' or 'enum X : int'");
  using Underlying = std::underlying_type_t<Enum>;
  static constexpr int kFirst = std::is_signed_v<Underlying> ? kEnumMin : 0;
  static constexpr int kLast = sizeof(Underlying) > 1 ? kEnumMax
                                                      : static_cast<int>(std::numeric_limits<Underlying>::max());
  static constexpr std::string_view kText =
      spell_all<Enum, kFirst>(std::make_integer_sequence<int, kLast - kFirst + 1>{});

  /// Calls found(value, name) for each value that has a name.
  template <class Found>
  static constexpr void each(Found found) {
    std::size_t item = 0;
    int depth = 0;  // commas inside brackets belong to the enum's own name
    int value = kFirst;
    for (std::size_t at = 0; at <= kText.size(); ++at) {
      const char c = at < kText.size() ? kText[at] : ',';
      if (c == '(' || c == '<') ++depth;
      if (c == ')' || c == '>') --depth;
      if (c != ',' || depth != 0) continue;
      std::string_view name = kText.substr(item, at - item);
      name.remove_prefix(name.find_last_of(" :)") + 1);  // npos + 1 is 0: nothing in front of the name
      if (name.front() != '-' && (name.front() < '0' || name.front() > '9')) found(value, name);
      ++value;
      item = at + 1;
    }
  }
  static constexpr std::size_t kCount = [] {
    std::size_t count = 0;
    each([&](int, std::string_view) { ++count; });
    return count;
  }();
  static_assert(kCount > 0, "leftfold: an enum without a named value between -128 and 255 cannot be stored");
  static constexpr auto kNames = [] {
    std::array<EnumName, kCount> names{};
    std::size_t next = 0;
    each([&](int value, std::string_view name) { names[next++] = EnumName{value, name}; });
    return names;
  }();
};

}  // namespace detail

/// The named values of an enum between kEnumMin and kEnumMax, in the order of their values. Of two names for one value
/// it knows the first. Lives as long as the program.
template <class Enum>
  requires std::is_enum_v<Enum>
[[nodiscard]] consteval const auto& enum_names() {
  return detail::EnumNames<Enum>::kNames;
}

}  // namespace leftfold::inline v0::reflect
