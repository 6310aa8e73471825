// SPDX-License-Identifier: Apache-2.0
// How the testing kit reports a failure: by an exception that any test framework shows.
#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0::testing {

/// A test found something other than what it expects. what() says what, and where in the test. Immutable.
class ExpectationFailed final : public std::logic_error {
 public:
  explicit ExpectationFailed(const std::string& what, std::source_location where = std::source_location::current());
  ~ExpectationFailed() override;

  /// What was expected and what was found, without the place.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

 private:
  std::string message_;
  std::source_location where_;
};

/// A value as failure messages show it.
[[nodiscard]] std::string show(std::string_view value);  ///< quoted; long texts are cut in the middle
[[nodiscard]] std::string show(Version value);
[[nodiscard]] std::string show(Position value);
[[nodiscard]] std::string show(Timestamp value);
[[nodiscard]] std::string show(const Uuid& value);
[[nodiscard]] std::string show(Errc value);
template <std::integral T>
[[nodiscard]] std::string show(T value) {
  if constexpr (std::same_as<T, bool>) {
    return value ? "true" : "false";
  } else {
    return std::to_string(value);
  }
}

/// Throws ExpectationFailed unless `holds`; `what` is the sentence that should have been true.
void expect(bool holds, std::string_view what, std::source_location where = std::source_location::current());

/// Throws ExpectationFailed unless `actual == expected`; the message shows both and says what they are.
template <class A, class B>
void expect_equal(const A& actual, const B& expected, std::string_view what,
                  std::source_location where = std::source_location::current()) {
  if (actual == expected) return;
  throw ExpectationFailed{std::string{what} + ": expected " + show(expected) + ", got " + show(actual), where};
}

/// Calls `f` and throws ExpectationFailed unless it throws Error(code). Returns the error's what().
template <std::invocable F>
std::string expect_error(Errc code, F&& f, std::string_view what,
                         std::source_location where = std::source_location::current()) {
  try {
    std::forward<F>(f)();
  } catch (const Error& error) {
    expect_equal(error.code(), code, std::string{what} + " (" + error.what() + ")", where);
    return error.what();
  }
  throw ExpectationFailed{std::string{what} + ": expected Error(" + show(code) + "), but nothing was thrown", where};
}

}  // namespace leftfold::inline v0::testing
