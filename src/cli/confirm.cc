// SPDX-License-Identifier: Apache-2.0
#include "cli/confirm.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "cli/command_failed.h"
#include "cli/exit_code.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

bool said_yes() {
  std::string answer;
  if (!std::getline(std::cin, answer)) say("\n");
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::string user_name() {
  for (const char* name : {"USER", "LOGNAME"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "uid " + std::to_string(getuid());
}

}  // namespace

bool confirmed(Context& context, const std::string& what) {
  const bool yes = context.line.flags.count("--yes") > 0;
  const bool dry_run = context.line.flags.count("--dry-run") > 0;
  if (dry_run && yes) throw UsageError{"--dry-run changes nothing, --yes agrees to a change: use one of them"};
  if (!(yes && context.quiet)) say(printable(what) + (dry_run ? " (dry run: nothing was changed)\n" : "\n"));
  if (dry_run) return false;
  if (yes) return true;
  if (isatty(STDIN_FILENO) != 1 || !context.err.is_terminal) {
    throw CommandFailed{kRefused, "refused",
                        context.line.verb + " needs --yes, because nobody can be asked here; nothing was changed"};
  }
  say("go on? [y/N] ");
  if (!said_yes()) throw CommandFailed{kRefused, "refused", context.line.verb + ": nothing was changed"};
  return true;
}

std::string who(const Context& context) {
  const Flags& flags = context.line.flags;
  if (flags.count("--as") > 0) {
    if (flags.value("--as").empty()) throw UsageError{"--as is empty; use a name"};
    return flags.value("--as");
  }
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0 || host[0] == '\0') host = {'h', 'o', 's', 't'};
  return user_name() + "@" + host.data() + ":" + std::to_string(getpid());
}

ChangedBy changed_by(const Context& context) {
  const std::string why = context.line.flags.value("--why");
  if (why.find_first_not_of(" \t\n") == std::string::npos) {
    throw UsageError{context.line.verb + " needs --why TEXT: the audit trail keeps it"};
  }
  return {who(context), why};
}

std::string counted(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string{what} + (number == 1 ? "" : "s");
}

}  // namespace leftfold::inline v0::cli
