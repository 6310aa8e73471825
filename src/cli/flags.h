// SPDX-License-Identifier: Apache-2.0
// Reads flags; the parser behind it stays in flags.cc.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verbs.h"

namespace leftfold::inline v0::cli {

/// A command line that cannot be understood.
class UsageError final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Flags with their values, and what is left.
struct Flags {
  std::map<std::string, std::vector<std::string>, std::less<>> values;  ///< by name; a switch has one "" a time
  std::vector<std::string> rest;                                        ///< words, in order

  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// The value of a flag that does not repeat, or `otherwise`.
  [[nodiscard]] std::string value(std::string_view name, std::string_view otherwise = {}) const;
  /// The values of a flag that repeats, lists taken apart.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// Adds another reading. Throws UsageError for a flag that does not repeat and is in both.
  void add(const Flags& more, std::span<const Flag> known);
};

/// Reads `arguments`; after `--` everything is a word. With `stop_at_word` the first word ends the reading, and it and
/// all that follows are left. Throws UsageError for an unknown flag, with the nearest, one without its value, and one
/// given twice.
[[nodiscard]] Flags read_flags(std::span<const std::string> arguments, std::span<const Flag> known, bool stop_at_word);

}  // namespace leftfold::inline v0::cli
