// SPDX-License-Identifier: Apache-2.0
// A whole command line: which verb, with what.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <leftfold/app.h>

#include "cli/flags.h"

namespace leftfold::inline v0::cli {

/// A command line as it was meant.
struct CommandLine {
  std::string verb;                    ///< "events read", or a command of the program's; empty when there was none
  const CommandInfo* own = nullptr;    ///< the program's own command
  Flags flags;                         ///< flags, and words for a verb of ours
  std::vector<std::string> arguments;  ///< for the program's own command
  bool help = false;                   ///< -h: show help for the verb instead
};

/// Reads a command line. Flags may stand before and after the verb. After a command of the program's own only the flags
/// of settings (--store and so on) and -h are ours, up to `--`; the rest is handed on as it is. Throws UsageError that
/// names the word or flag, with the nearest known one.
[[nodiscard]] CommandLine read_command_line(std::span<const std::string> arguments, std::span<const CommandInfo> own);

/// The flags of settings in a line whose first word is not known yet, up to `--`, wherever they stand. Throws
/// UsageError as read_command_line().
[[nodiscard]] Flags read_setting_flags(std::span<const std::string> arguments);

}  // namespace leftfold::inline v0::cli
