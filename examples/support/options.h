// SPDX-License-Identifier: Apache-2.0
// The options of a verb: --name value pairs and plain words.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace examples {

/// Reads a verb's arguments. One thread.
class Options {
 public:
  /// `known` are the names of options that take a value. Throws leftfold::Error(invalid_argument) for an option that is
  /// not known or has no value.
  Options(std::span<const std::string> arguments, const std::vector<std::string_view>& known);

  /// The count given as --name, or `otherwise`. Throws leftfold::Error(invalid_argument) when it is not between 1 and
  /// `most`.
  [[nodiscard]] std::size_t count(std::string_view name, std::size_t otherwise, std::size_t most) const;
  /// The text given as --name, or `otherwise`.
  [[nodiscard]] std::string text(std::string_view name, std::string otherwise) const;
  /// Throws leftfold::Error(invalid_argument) that names the verb when there are words besides the options.
  void refuse_words(std::string_view verb) const;
  /// The arguments that are not options.
  [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
  std::vector<std::string> words_;
};

}  // namespace examples
