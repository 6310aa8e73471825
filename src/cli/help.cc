// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "app/nearest.h"
#include "cli/flags.h"
#include "cli/verbs.h"

namespace leftfold::inline v0::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

/// Two columns, indented.
std::string two_columns(const Rows& rows) {
  std::size_t widest = 0;
  for (const auto& [left, right] : rows) widest = std::max(widest, left.size());
  std::string text;
  for (const auto& [left, right] : rows) {
    text += "  " + left + std::string(widest - left.size() + 2, ' ') + right + "\n";
  }
  return text;
}

std::string flags_text(std::span<const Flag> flags) {
  Rows rows;
  for (const Flag& flag : flags) {
    std::string left = flag.letter.empty() ? "    " : std::string{flag.letter} + ", ";
    left += flag.name;
    if (!flag.value.empty()) (left += ' ') += flag.value;
    rows.emplace_back(left, flag.help);
  }
  return two_columns(rows);
}

std::string verb_text(const Verb& verb, const std::string& program) {
  std::string text = "Example:\n  " + program + " " + std::string{verb.example} + "\n\n";
  text += "Usage: " + program + " " + std::string{verb.name};
  if (!verb.operands.empty()) (text += ' ') += verb.operands;
  if (!verb.flags.empty()) text += " [FLAGS]";
  text += "\n  " + std::string{verb.summary} + "\n";
  if (!verb.notes.empty()) (text += '\n') += verb.notes;
  if (!verb.flags.empty()) text += "\nFlags:\n" + flags_text(verb.flags);
  return text + "\nFlags of every command: " + program + " help\n";
}

}  // namespace

std::string help(std::string_view program_name, std::span<const CommandInfo> own, bool stock) {
  const std::string program{program_name};
  const std::string store = stock ? " --store sqlite:shop.db" : "";
  std::string text = "Examples:\n";
  Rows examples;
  if (stock) examples.emplace_back(program + " init shop", "begin a program");
  if (!stock) examples.emplace_back(program + " run", "run the handlers until Ctrl-C");
  examples.emplace_back(program + store + " events read --all --limit 20", "look at the first stored events");
  examples.emplace_back(program + store + " tail --json", "follow new ones, one JSON object a line");
  text += two_columns(examples) + "\nUsage: " + program + " [FLAGS] COMMAND [FLAGS]\n";
  Rows rows;
  Rows of_libraries;
  for (const Verb& verb : verbs()) {
    if (!stock && verb.of_lfold) continue;
    std::string left{verb.name};
    if (!verb.operands.empty()) (left += ' ') += verb.operands;
    (stock && verb.of_program ? of_libraries : rows).emplace_back(std::move(left), verb.summary);
  }
  text += "\nCommands:\n" + two_columns(rows);
  if (stock) text += "\nWith handlers of a library, --load libcart.so:\n" + two_columns(of_libraries);
  if (!own.empty()) {
    Rows commands;
    for (const CommandInfo& command : own) commands.emplace_back(command.name, command.help);
    text += "\nCommands of " + program + ":\n" + two_columns(commands);
  }
  return text + "\nFlags:\n" + flags_text(global_flags()) + "\nOne command: " + program + " help COMMAND\n";
}

std::string help_for(std::string_view topic, std::string_view program_name, std::span<const CommandInfo> own) {
  const std::string program{program_name};
  for (const CommandInfo& command : own) {
    if (command.name != topic) continue;
    return "Usage: " + program + " " + command.name + " [ARGUMENTS]\n  " + command.help +
           "\n\nFlags of settings, such as --store, are taken from its arguments up to `--`.\n";
  }
  std::string text;
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    names.push_back(verb.name);
    const bool group = verb.name.starts_with(topic) && verb.name.substr(topic.size()).starts_with(' ');
    if (verb.name == topic || group) text += (text.empty() ? "" : "\n") + verb_text(verb, program);
  }
  if (!text.empty()) return text;
  for (const CommandInfo& command : own) names.push_back(command.name);
  throw UsageError{"no command is called \"" + std::string{topic} + "\"" + app::did_you_mean(topic, names)};
}

}  // namespace leftfold::inline v0::cli
