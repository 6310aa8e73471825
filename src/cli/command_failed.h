// SPDX-License-Identifier: Apache-2.0
// A command that did not do what was asked, for a reason that is no Error of the library's.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// Ends a command with an exit code; what() is for people. Immutable.
class CommandFailed final : public std::runtime_error {
 public:
  /// `code` is a text that lives as long as the program.
  CommandFailed(int exit_code, std::string_view code, const std::string& what)
      : std::runtime_error{what}, exit_code_{exit_code}, code_{code} {}
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }
  [[nodiscard]] std::string_view code() const noexcept { return code_; }

 private:
  int exit_code_;
  std::string_view code_;
};

}  // namespace leftfold::inline v0::cli
