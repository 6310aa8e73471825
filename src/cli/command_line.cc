// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include <algorithm>
#include <string_view>

#include "app/nearest.h"

namespace leftfold::inline v0::cli {
namespace {

std::vector<Flag> flags_of(const Verb& verb) {
  std::vector<Flag> all{global_flags().begin(), global_flags().end()};
  all.insert(all.end(), verb.flags.begin(), verb.flags.end());
  return all;
}

[[noreturn]] void unknown_verb(const std::string& word, std::span<const CommandInfo> own) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) names.push_back(verb.name.substr(0, verb.name.find(' ')));
  for (const CommandInfo& command : own) names.push_back(command.name);
  throw UsageError{"unknown command \"" + word + "\"" + app::did_you_mean(word, names)};
}

/// The verb that the first words name, and how many words that takes.
std::pair<const Verb*, std::size_t> verb_of(std::span<const std::string> words, std::span<const CommandInfo> own) {
  if (words.size() > 1) {  // "schema diff" before "schema"
    if (const Verb* verb = find_verb(words[0] + " " + words[1])) return {verb, 2};
  }
  if (const Verb* verb = find_verb(words[0])) return {verb, 1};
  std::vector<std::string_view> second_words;
  for (const Verb& verb : verbs()) {
    const std::size_t space = verb.name.find(' ');
    if (space == std::string_view::npos || verb.name.substr(0, space) != words[0]) continue;
    second_words.push_back(verb.name.substr(space + 1));
  }
  if (second_words.empty()) unknown_verb(words[0], own);
  std::string known;
  for (const std::string_view word : second_words) (known += known.empty() ? "" : ", ") += word;
  if (words.size() == 1 || words[1].starts_with('-')) throw UsageError{words[0] + " needs a second word: " + known};
  throw UsageError{"unknown command \"" + words[0] + " " + words[1] + "\"" + app::did_you_mean(words[1], second_words) +
                   "; after " + words[0] + " comes: " + known};
}

/// Takes the flags of settings out of what follows a command of the program's own.
void read_own(std::span<const std::string> words, CommandLine& line) {
  Flags settings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") {
      line.arguments.insert(line.arguments.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    const std::string_view name = word.substr(0, word.find('='));
    const auto flag = std::find_if(global_flags().begin(), global_flags().end(), [name](const Flag& known) {
      return known.name == name && (!known.setting.empty() || known.name == kPropertyFlag);
    });
    if (word == "-h" || word == "--help") {
      line.help = true;
    } else if (flag == global_flags().end()) {
      line.arguments.emplace_back(word);
    } else {
      const bool joined = name.size() < word.size();
      const std::size_t taken = joined ? 1 : std::min<std::size_t>(2, words.size() - i);
      const Flags one = read_flags(words.subspan(i, taken), global_flags(), false);
      settings.add(one, global_flags());
      i += taken - 1;
    }
  }
  line.flags.add(settings, global_flags());
}

void check_operands(const Verb& verb, const std::vector<std::string>& words) {
  if (words.size() < verb.least_operands) {
    throw UsageError{std::string{verb.name} + " needs " + std::string{verb.operands}};
  }
  if (words.size() <= verb.most_operands) return;
  throw UsageError{std::string{verb.name} + ": unexpected \"" + words[verb.most_operands] + "\""};
}

}  // namespace

Flags read_setting_flags(std::span<const std::string> arguments) {
  CommandLine line;
  line.flags = read_flags(arguments, global_flags(), true);
  const std::vector<std::string> words = std::move(line.flags.rest);
  line.flags.rest.clear();
  if (!words.empty()) read_own(std::span{words}.subspan(1), line);
  return line.flags;
}

CommandLine read_command_line(std::span<const std::string> arguments, std::span<const CommandInfo> own) {
  CommandLine line;
  line.flags = read_flags(arguments, global_flags(), true);
  const std::vector<std::string> words = std::move(line.flags.rest);
  line.flags.rest.clear();
  line.help = line.flags.count("--help") > 0;
  if (words.empty()) return line;
  const auto command = std::find_if(own.begin(), own.end(), [&](const CommandInfo& c) { return c.name == words[0]; });
  if (command != own.end()) {
    line.own = &*command;
    line.verb = command->name;
    read_own(std::span{words}.subspan(1), line);
    return line;
  }
  if (line.help && words.size() == 1 && find_verb(words[0]) == nullptr) {  // -h events
    line.verb = words[0];
    return line;
  }
  const auto [verb, used] = verb_of(words, own);
  const std::vector<Flag> known = flags_of(*verb);
  line.verb = verb->name;
  line.flags.add(read_flags(std::span{words}.subspan(used), known, false), known);
  line.help = line.flags.count("--help") > 0;
  if (!line.help) check_operands(*verb, line.flags.rest);
  return line;
}

}  // namespace leftfold::inline v0::cli
