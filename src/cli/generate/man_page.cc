// SPDX-License-Identifier: Apache-2.0
// A page for man(1), made from the table of verbs.
#include <leftfold/version.h>

#include "cli/generate/generate.h"
#include "cli/verbs.h"

namespace leftfold::inline v0::cli {
namespace {

/// Text as troff prints it: its own escape and the hyphen, and no line that looks like a request.
std::string troff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else out += c;
    line_begins = c == '\n';
  }
  return out;
}

/// One line, in which no quote ends an argument.
std::string bold(std::string_view text) { return ".B " + troff(text) + "\n"; }

std::string flags_of(std::span<const Flag> flags) {
  std::string text;
  for (const Flag& flag : flags) {
    text += ".TP\n\\fB";
    if (!flag.letter.empty()) text += troff(flag.letter) + "\\fR, \\fB";
    text += troff(flag.name) + "\\fR";
    if (!flag.value.empty()) text += " \\fI" + troff(flag.value) + "\\fR";
    text += "\n" + troff(flag.help) + "\n";
  }
  return text;
}

std::string verb_of(const Verb& verb, const std::string& program) {
  std::string text = ".SS " + troff(verb.name) + "\n";
  text += "\\fB" + troff(program + " " + std::string{verb.name}) + "\\fR";
  if (!verb.operands.empty()) text += " \\fI" + troff(verb.operands) + "\\fR";
  if (!verb.flags.empty()) text += " [FLAGS]";
  text += "\n.PP\n" + troff(verb.summary) + ".\n";
  if (!verb.notes.empty()) text += troff(verb.notes);
  text += flags_of(verb.flags);
  return text + ".PP\nExample:\n.PP\n.nf\n" + troff(program + " " + std::string{verb.example}) + "\n.fi\n";
}

}  // namespace

std::string man_page(std::string_view program_name, std::span<const CommandInfo> own, bool stock) {
  const std::string program{program_name};
  std::string text = ".TH " + troff(program) + " 1 \"\" \"leftfold " + std::string{kVersion} +
                     "\" \"User Commands\"\n.SH NAME\n" + troff(program) + " \\- ";
  text += stock ? "look into stores of events, publish and mend them\n" : "a service of events, and its tools\n";
  text += ".SH SYNOPSIS\n" + bold(program + " [FLAGS] COMMAND [FLAGS]");
  text += ".SH DESCRIPTION\nFlags may stand before and after the command. stdout is data, stderr everything else.\n";
  text += ".SH COMMANDS\n";
  for (const Verb& verb : verbs()) {
    if (stock || !verb.of_lfold) text += verb_of(verb, program);
  }
  for (const CommandInfo& command : own) {
    text += ".SS " + troff(command.name) + "\n" + troff(command.help) + ".\n";
  }
  text += ".SH OPTIONS\nOf every command:\n" + flags_of(global_flags());
  text +=
      ".SH EXIT STATUS\n"
      "0 success, 1 a handler or a check failed, 2 usage or configuration, 3 not found, 4 conflict, 5 store or "
      "broker unreachable or access denied, 6 timeout, 7 data corrupt or of another format, 8 refused, 70 a bug, "
      "130 and 143 ended by a second signal.\n";
  text +=
      ".SH ENVIRONMENT\nLEFTFOLD_STORE, LEFTFOLD_BROKER and others; flags overrule them, they overrule "
      "leftfold.toml in the working folder.\n";
  return text;
}

}  // namespace leftfold::inline v0::cli
