// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include <algorithm>
#include <cstdio>
#include <new>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "app/kafka_settings.h"
#include "base/joined.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/text.h"
#include "cli/verbs.h"

namespace leftfold::inline v0::cli {
namespace {

struct Failure {
  int exit_code = kBug;
  std::string code;  ///< "not_found"
  std::string message;
  std::string next;  ///< a second line; may be empty
};

std::span<const CommandInfo> commands_of(const Program& program) {
  return program.app == nullptr ? std::span<const CommandInfo>{} : program.app->commands();
}

void print(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

void report(const Failure& failure, bool color) {
  const std::string label = "error[" + failure.code + "]: ";
  std::string text = color ? "\033[1;31m" + label + "\033[0m" : label;
  text += printable(failure.message) + "\n";
  if (!failure.next.empty()) text += "  try: " + printable(failure.next) + "\n";
  print(stderr, text);
}

/// Each value of -X is NAME=VALUE.
void apply_properties(const CommandLine& line, Settings& settings) {
  const auto at = line.flags.values.find(kPropertyFlag);
  if (at == line.flags.values.end()) return;
  for (const std::string& text : at->second) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {  // the value may be a secret
      throw UsageError{"-X needs NAME=VALUE, such as -X security.protocol=ssl; this one has no " +
                       std::string{equals == 0 ? "name" : "value"}};
    }
    settings.set(std::string{app::kPropertyTable} + "." + text.substr(0, equals), text.substr(equals + 1), "flag -X");
  }
}

/// Makes flags of settings count.
void apply_settings(const CommandLine& line, Settings& settings) {
  std::vector<Flag> flags{global_flags().begin(), global_flags().end()};
  if (const Verb* verb = find_verb(line.verb)) flags.insert(flags.end(), verb->flags.begin(), verb->flags.end());
  for (const Flag& flag : flags) {
    if (flag.setting.empty() || line.flags.count(flag.name) == 0) continue;
    const std::string value =
        flag.repeats ? base::joined(line.flags.list(flag.name), ",") : line.flags.value(flag.name);
    settings.set(flag.setting, value, "flag " + std::string{flag.name});
  }
  apply_properties(line, settings);
  if (line.flags.count("--log-level") > 0) return;  // says it better than -v and -q
  const std::size_t verbose = line.flags.count("--verbose");
  if (verbose > 0) settings.set("log_level", verbose > 1 ? "trace" : "debug", "flag -v");
  if (verbose == 0 && line.flags.count("--quiet") > 0) settings.set("log_level", "warn", "flag -q");
}

void check_settings(const Program& program, Needs needs) {
  try {
    program.settings.validate();
  } catch (const Error& error) {
    // Before a command is at work, whatever the code: the command line or the configuration has to change.
    throw CommandFailed{kUsage, to_string(error.code()), error.what()};
  }
  if (needs == Needs::settings) return;
  if (program.stock != nullptr && program.settings.get("store").origin == "default") {
    throw UsageError{"which store? use --store sqlite:FILE, or set LEFTFOLD_STORE"};
  }
}

/// Registers what the libraries of the settings have. Returns whether there was anything new: commands may then lie
/// elsewhere.
bool load_libraries(Program& program) {
  App& app = program.app != nullptr ? *program.app : *program.stock;
  try {
    const bool any = app.load_libraries();
    if (any) program.app = &app;
    return any;
  } catch (const Error& error) {  // as check_settings(): it is the configuration
    throw CommandFailed{kUsage, to_string(error.code()), error.what()};
  }
}

/// A word that is no verb may be a command of a library.
bool may_be_of_library(const std::string& word, const Program& program) {
  const auto own = commands_of(program);
  return std::none_of(own.begin(), own.end(), [&](const CommandInfo& each) { return each.name == word; }) &&
         std::none_of(verbs().begin(), verbs().end(),
                      [&](const Verb& each) { return each.name.substr(0, each.name.find(' ')) == word; });
}

/// Reads the command line, makes its settings count and loads the libraries that its verb makes use of.
CommandLine understand(Program& program, std::span<const std::string> arguments, std::string& verb_name) {
  const std::vector<std::string> words = read_flags(arguments, global_flags(), true).rest;
  if (!words.empty() && may_be_of_library(words.front(), program)) {
    CommandLine unknown;
    unknown.flags = read_setting_flags(arguments);
    apply_settings(unknown, program.settings);
    (void)load_libraries(program);
  }
  CommandLine line = read_command_line(arguments, commands_of(program));
  verb_name = line.verb;
  if (line.help || line.verb.empty() || line.verb == "help") return line;
  apply_settings(line, program.settings);
  const Verb* const verb = line.own == nullptr ? find_verb(line.verb) : nullptr;
  if (verb != nullptr && !verb->loads) {
    if (line.flags.count("--load") == 0 || verb->command == examine) return line;  // doctor loads them itself
    throw UsageError{line.verb + " makes no use of handlers: leave --load out"};
  }
  if (load_libraries(program)) line = read_command_line(arguments, commands_of(program));
  return line;
}

int show_help(const Program& program, const CommandLine& line, bool on_stderr) {
  std::string topic = line.help ? line.verb : "";
  if (!line.help) {
    for (const std::string& word : line.flags.rest) topic += topic.empty() ? word : " " + word;
  }
  const std::string text = topic.empty() ? help(program.name, commands_of(program), program.stock != nullptr)
                                         : help_for(topic, program.name, commands_of(program));
  if (on_stderr) {
    print(stderr, text);
  } else {
    Output out;
    out.write(text);
    out.flush();
  }
  return kSuccess;
}

int run_own(Context& context) {
  if (context.line.flags.count("--json") > 0) {
    throw UsageError{"write --json after " + context.line.verb + ": it is this command's own"};
  }
  return context.line.own->run(*context.program.app, context.line.arguments, context.signals.token());
}

/// A command that needs no settings goes on without, but the libraries that they name may then be missing.
void hint_at_settings(const Context& context) {
  try {
    context.program.settings.validate();
  } catch (const Error& error) {
    hint(context,
         "the settings are not in order, so handlers of libraries may be missing: " + std::string{error.what()});
  }
}

/// Everything after the command line is understood.
int dispatch(Context& context) {
  if (context.line.own != nullptr) {
    check_settings(context.program, Needs::store);
    return run_own(context);
  }
  const Verb& verb = *find_verb(context.line.verb);
  const bool says_what_to_do_instead = verb.of_program && context.program.app == nullptr;
  if (verb.needs != Needs::nothing && !says_what_to_do_instead) check_settings(context.program, verb.needs);
  if (verb.needs == Needs::nothing && verb.loads) hint_at_settings(context);
  return verb.command(context);
}

Failure failure_of(const std::exception& error, const Program& program, const std::string& verb) {
  if (dynamic_cast<const UsageError*>(&error) != nullptr) {
    return {kUsage, "usage", error.what(), program.name + " help" + (verb.empty() ? "" : " " + verb)};
  }
  if (const auto* const failed = dynamic_cast<const CommandFailed*>(&error)) {
    return {failed->exit_code(), std::string{failed->code()}, error.what(), {}};
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return {kBug, "internal", "out of memory", {}};
  std::string message = error.what();
  if (dynamic_cast<const Error*>(&error) == nullptr)
    message = (verb.empty() ? program.name : verb) + " threw: " + message;
  return {exit_code_of(error), std::string{code_of(error)}, std::move(message), {}};
}

int run_line(Program& program, std::span<const std::string> arguments) {
  bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();  // until it is known better
  bool envelope_written = false;
  Terminal err = terminal_of(STDERR_FILENO);
  std::string verb;
  Failure failure;
  try {
    const CommandLine line = understand(program, arguments, verb);
    if (line.verb.empty() && !line.help) {
      json = false;
      (void)show_help(program, line, true);
      return kUsage;
    }
    if (line.help || line.verb == "help") return show_help(program, line, false);
    json = line.own == nullptr && (line.flags.count("--json") > 0 || line.flags.value("--output") == "json");
    if (line.flags.count("--no-color") > 0) err.color = false;
    const StopSignals signals;
    Context context{program, line, signals, terminal_of(STDOUT_FILENO), err, json, line.flags.count("--quiet") > 0};
    if (line.flags.count("--no-color") > 0) context.out.color = false;
    try {
      return dispatch(context);
    } catch (...) {
      envelope_written = context.envelope_written;
      throw;
    }
  } catch (const OutputClosed&) {
    return kSuccess;
  } catch (const std::exception& error) {
    failure = failure_of(error, program, verb);
  } catch (...) {
    failure = {kBug, "internal", verb + " threw something that is no std::exception", {}};
  }
  report(failure, err.color);
  const bool follows = verb == "tail";
  if (json && !envelope_written && !follows) {
    print(stdout, std::string{kEnvelopeStart} + "null" + envelope_end(failure.code, failure.message));
  }
  return failure.exit_code;
}

}  // namespace

int run_program(Program& program, std::span<const std::string> arguments) noexcept {
  keep_standard_files_open();
  try {
    return run_line(program, arguments);
  } catch (const std::exception& error) {  // not even the failure could be reported in full
    std::fprintf(stderr, "error[internal]: %s\n", error.what());
  } catch (...) {
    std::fputs("error[internal]: something that is no std::exception\n", stderr);
  }
  return kBug;
}

}  // namespace leftfold::inline v0::cli
