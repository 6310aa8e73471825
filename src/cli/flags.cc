// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/nearest.h"

namespace leftfold::inline v0::cli {
namespace {

/// The flag's name without the value that may hang on it.
std::string_view name_of(std::string_view argument) { return argument.substr(0, argument.find('=')); }

[[noreturn]] void unknown_flag(std::string_view argument, std::span<const Flag> known) {
  std::vector<std::string_view> names;
  for (const Flag& flag : known) names.push_back(flag.name);
  const std::string_view name = name_of(argument);
  throw UsageError{"unknown flag \"" + std::string{name} + "\"" + app::did_you_mean(name, names)};
}

void check_times(const Flag& flag, std::size_t times) {
  if (times > 1 && !flag.repeats && !flag.value.empty()) throw UsageError{std::string{flag.name} + " is given twice"};
}

/// `--flag=` would make the parser take the next argument for the value.
void check_values(std::span<const std::string> arguments, std::span<const Flag> known) {
  for (const std::string& argument : arguments) {
    for (const Flag& flag : known) {
      if (argument.ends_with('=') && name_of(argument) == flag.name && argument.size() == flag.name.size() + 1) {
        throw UsageError{std::string{flag.name} + " needs a value: " + std::string{flag.name} + "=" +
                         std::string{flag.value}};
      }
    }
  }
}

struct Parser {
  CLI::App app;
  std::vector<std::vector<std::string>> values;
  std::vector<CLI::Option*> options;

  explicit Parser(std::span<const Flag> known) : values(known.size()) {
    app.set_help_flag();
    for (std::size_t i = 0; i < known.size(); ++i) {
      std::string names{known[i].name};
      if (!known[i].letter.empty()) names = std::string{known[i].letter} + "," + names;
      if (known[i].value.empty()) {
        options.push_back(app.add_flag(names)->disable_flag_override());
      } else {
        options.push_back(app.add_option(names, values[i])->allow_extra_args(false));
      }
    }
  }
};

}  // namespace

std::size_t Flags::count(std::string_view name) const {
  const auto at = values.find(name);
  return at == values.end() ? 0 : at->second.size();
}

std::string Flags::value(std::string_view name, std::string_view otherwise) const {
  const auto at = values.find(name);
  return at == values.end() ? std::string{otherwise} : at->second.front();
}

std::vector<std::string> Flags::list(std::string_view name) const {
  std::vector<std::string> items;
  const auto at = values.find(name);
  if (at == values.end()) return items;
  for (const std::string& text : at->second) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) items.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (items.empty()) throw UsageError{std::string{name} + " needs a value"};
  return items;
}

void Flags::add(const Flags& more, std::span<const Flag> known) {
  for (const auto& [name, given] : more.values) {
    std::vector<std::string>& all = values[name];
    all.insert(all.end(), given.begin(), given.end());
    const auto flag = std::find_if(known.begin(), known.end(), [&n = name](const Flag& f) { return f.name == n; });
    if (flag != known.end()) check_times(*flag, all.size());
  }
  rest.insert(rest.end(), more.rest.begin(), more.rest.end());
}

Flags read_flags(std::span<const std::string> arguments, std::span<const Flag> known, bool stop_at_word) {
  const auto mark = std::find(arguments.begin(), arguments.end(), "--");
  const auto before = static_cast<std::size_t>(mark - arguments.begin());
  check_values(arguments.first(before), known);
  Parser parser{known};
  parser.app.allow_extras();
  if (stop_at_word) parser.app.prefix_command();
  // A program that stops at the first word hands everything on, the mark as well: it belongs to what follows the word.
  std::vector<std::string> reversed{arguments.begin(), stop_at_word ? arguments.end() : mark};
  std::reverse(reversed.begin(), reversed.end());
  try {
    parser.app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    // The only mismatches possible here: a value that is missing, or one given to a switch. Its text begins with the
    // name.
    for (const Flag& flag : known) {
      const std::string_view text{error.what()};
      const std::string bare{flag.name.substr(2)};
      if (!text.starts_with("--" + bare + ":") && !text.starts_with(bare + " ")) continue;
      throw UsageError{std::string{flag.name} + (flag.value.empty() ? " takes no value" : " needs a value: ") +
                       (flag.value.empty() ? "" : std::string{flag.name} + " " + std::string{flag.value})};
    }
    throw UsageError{error.what()};
  } catch (const CLI::ParseError& error) {
    throw UsageError{error.what()};
  }
  Flags flags;
  flags.rest = parser.app.remaining();
  for (const std::string& word : flags.rest) {
    if (word.size() > 1 && word.front() == '-' && word != "--") unknown_flag(word, known);
    if (stop_at_word) break;  // what follows the word is for others
  }
  if (!stop_at_word && mark != arguments.end()) flags.rest.insert(flags.rest.end(), mark + 1, arguments.end());
  for (std::size_t i = 0; i < known.size(); ++i) {
    const std::size_t times = parser.options[i]->count();
    if (times == 0) continue;
    check_times(known[i], parser.values[i].size());
    std::vector<std::string>& given = flags.values[std::string{known[i].name}];
    given = known[i].value.empty() ? std::vector<std::string>(times) : std::move(parser.values[i]);
  }
  return flags;
}

}  // namespace leftfold::inline v0::cli
