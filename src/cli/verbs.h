// SPDX-License-Identifier: Apache-2.0
// What can be typed: verbs and flags as data, from which both parsing and help are made.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace leftfold::inline v0::cli {

struct Context;

/// Does what a verb says. Returns the exit code and throws UsageError, CommandFailed, Error or OutputClosed.
using Command = int (*)(Context& context);

/// What must be in order before a verb is at work.
enum class Needs {
  nothing,
  settings,  ///< all of them, but it names its stores itself
  store,     ///< all of them, and which store
};

struct Flag {
  std::string_view name;    ///< "--from"
  std::string_view letter;  ///< "-o", or empty
  std::string_view value;   ///< "N" in help; empty for a switch
  std::string_view help;
  bool repeats = false;      ///< may be given several times, and each value may be a list with commas
  std::string_view setting;  ///< the setting it sets; empty for none
};

struct Verb {
  std::string_view name;      ///< "events read"
  Command command = nullptr;  ///< null for help
  std::string_view operands;  ///< "STREAM|--all"; empty when it takes none
  std::string_view summary;
  std::string_view example;  ///< what follows the program's name
  std::span<const Flag> flags;
  std::size_t most_operands = 0;
  std::string_view notes;  ///< more help; whole lines
  std::size_t least_operands = 0;
  Needs needs = Needs::store;
  bool of_program = false;  ///< needs a program's aggregates or handlers, or a library's
  bool of_lfold = false;    ///< help of programs leaves it out: a program may have a command of that name
  bool loads = of_program;  ///< makes use of those of libraries
};

/// Sets a property of librdkafka; its values are no lists, as some properties have commas in them.
inline constexpr std::string_view kPropertyFlag = "--kafka-property";

inline constexpr std::size_t kManyOperands = 1'000'000;

/// Flags that every verb takes.
[[nodiscard]] std::span<const Flag> global_flags() noexcept;
/// The verbs, in the order of help.
[[nodiscard]] std::span<const Verb> verbs();
/// The verb of this name, or nullptr.
[[nodiscard]] const Verb* find_verb(std::string_view name);

}  // namespace leftfold::inline v0::cli
