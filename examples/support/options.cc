// SPDX-License-Identifier: Apache-2.0
#include "support/options.h"

#include <algorithm>
#include <charconv>

#include <leftfold/error.h>

namespace examples {

using leftfold::Errc;
using leftfold::Error;

Options::Options(std::span<const std::string> arguments, const std::vector<std::string_view>& known) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      words_.insert(words_.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      return;
    }
    if (!argument.starts_with("--")) {
      words_.push_back(argument);
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string names;
      for (const auto option : known) names.append(names.empty() ? "--" : ", --").append(option);
      throw Error{Errc::invalid_argument,
                  "--" + name + " is not an option here" + (names.empty() ? "" : "; known are " + names)};
    }
    if (equals != std::string::npos) {
      values_.emplace_back(name, argument.substr(equals + 1));
    } else if (i + 1 < arguments.size()) {
      values_.emplace_back(name, arguments[++i]);
    } else {
      throw Error{Errc::invalid_argument, "--" + name + " needs a value"};
    }
  }
}

std::size_t Options::count(std::string_view name, std::size_t otherwise, std::size_t most) const {
  std::size_t value = otherwise;
  for (const auto& [given, text] : values_) {
    if (given != name) continue;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > most) {
      throw Error{Errc::invalid_argument,
                  "--" + given + " is a number from 1 to " + std::to_string(most) + ", not '" + text + "'"};
    }
  }
  return value;
}

std::string Options::text(std::string_view name, std::string otherwise) const {
  for (const auto& [given, text] : values_) {
    if (given == name) otherwise = text;
  }
  return otherwise;
}

void Options::refuse_words(std::string_view verb) const {
  if (words_.empty()) return;
  throw Error{Errc::invalid_argument, std::string{verb} + " takes no argument '" + words_.front() + "'"};
}

}  // namespace examples
