// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/expect.h>

namespace leftfold::inline v0::testing {

ExpectationFailed::ExpectationFailed(const std::string& what, std::source_location where)
    : std::logic_error{what + "\n  at " + where.file_name() + ":" + std::to_string(where.line())},
      message_{what},
      where_{where} {}

ExpectationFailed::~ExpectationFailed() = default;

std::string show(std::string_view value) {
  constexpr std::size_t kLong = 400;
  if (value.size() <= kLong) return '"' + std::string{value} + '"';
  return '"' + std::string{value.substr(0, kLong / 2)} + "\" ... \"" +
         std::string{value.substr(value.size() - kLong / 2)} + "\" (" + std::to_string(value.size()) + " bytes)";
}

std::string show(Version value) {
  return value == Version::none() ? "no version" : "version " + std::to_string(value.value());
}

std::string show(Position value) { return "position " + std::to_string(value.value()); }

std::string show(Timestamp value) { return std::to_string(value.time_since_epoch().count()) + " ms since 1970"; }

std::string show(const Uuid& value) { return value.to_string(); }

std::string show(Errc value) { return std::string{to_string(value)}; }

void expect(bool holds, std::string_view what, std::source_location where) {
  if (!holds) throw ExpectationFailed{"not true: " + std::string{what}, where};
}

}  // namespace leftfold::inline v0::testing
