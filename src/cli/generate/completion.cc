// SPDX-License-Identifier: Apache-2.0
// Completion of a shell, made from the table of verbs.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "cli/generate/generate.h"
#include "cli/verbs.h"

namespace leftfold::inline v0::cli {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) (text += text.empty() ? "" : between) += word;
  return text;
}

/// What can be typed, and where.
struct Table {
  Words first;                          ///< words after the program's name
  std::map<std::string, Words> second;  ///< words after one that is no verb alone, or that may have more
  std::map<std::string, Words> flags;   ///< of each verb
  Words global;                         ///< flags of every verb
  Words with_value;                     ///< flags that another word follows
};

void add_flags(Words& names, std::set<std::string>& with_value, std::span<const Flag> flags) {
  for (const Flag& flag : flags) {
    names.emplace_back(flag.name);
    if (!flag.letter.empty()) names.emplace_back(flag.letter);
    if (flag.value.empty()) continue;
    with_value.emplace(flag.name);
    if (!flag.letter.empty()) with_value.emplace(flag.letter);
  }
}

void add_once(Words& words, std::string word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
}

Table table_of(std::span<const CommandInfo> own, bool stock) {
  Table table;
  std::set<std::string> with_value;
  add_flags(table.global, with_value, global_flags());
  for (const Verb& verb : verbs()) {
    if (!stock && verb.of_lfold) continue;
    const std::string name{verb.name};
    const std::size_t space = name.find(' ');
    add_once(table.first, name.substr(0, space));
    if (space != std::string::npos) add_once(table.second[name.substr(0, space)], name.substr(space + 1));
    if (!verb.flags.empty()) add_flags(table.flags[name], with_value, verb.flags);
  }
  for (const CommandInfo& command : own) add_once(table.first, command.name);
  for (const std::string_view shell : kShells) add_once(table.second["generate completion"], std::string{shell});
  for (const std::string_view unit : kUnits) add_once(table.second["generate systemd"], std::string{unit});
  for (const std::string_view use : kPolicies) add_once(table.second["generate iam-policy"], std::string{use});
  for (const std::string& word : table.first) {
    if (word != "help") add_once(table.second["help"], word);
  }
  table.with_value.assign(with_value.begin(), with_value.end());
  return table;
}

/// A shell's name of a function.
std::string function_of(std::string_view program) {
  std::string name = "_";
  for (const char c : program) name += c == '-' || c == '.' ? '_' : c;
  return name;
}

/// Lines of a case; both shells read them.
std::string cases(const std::map<std::string, Words>& table) {
  std::string text;
  for (const auto& [words, next] : table) text += "    '" + words + "') candidates='" + joined(next, " ") + "' ;;\n";
  return text;
}

/// What may follow, from inside of the case of flags to that of words; both shells read it. `array` has the words
/// typed.
std::string choice(const Table& table, const std::string& array) {
  return cases(table.flags) + "    esac\n    if [[ -z $candidates ]]; then\n      case \"${" + array +
         "[*]:0:1}\" in\n" + cases(table.flags) + "      esac\n    fi\n    candidates+=' " + joined(table.global, " ") +
         "'\n  else\n    case \"${" + array + "[*]}\" in\n    '') candidates='" + joined(table.first, " ") + "' ;;\n" +
         cases(table.second);
}

std::string bash(const Table& table, std::string_view program) {
  const std::string function = function_of(program);
  std::string text = "# bash completion of " + std::string{program} + "; put it into\n";
  text += "# ${XDG_DATA_HOME:-~/.local/share}/bash-completion/completions/" + std::string{program} + "\n";
  text += function + "() {\n";
  text += R"(  # Not COMP_WORDS: bash takes sqlite:FILE apart.
  local line=${COMP_LINE:0:COMP_POINT} current='' word skip='' candidates=''
  local -a typed words=()
  read -ra typed <<<"$line"
  if [[ $line != *[[:space:]] ]]; then
    current=${typed[-1]}
    unset 'typed[-1]'
  fi
  for word in "${typed[@]:1}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
)";
  text += "      " + joined(table.with_value, "|") + ") skip=1 ;;\n";
  text += R"(      -*) ;;
      *) words+=("$word") ;;
    esac
  done
  if [[ -n $skip ]]; then
    compopt -o default
    COMPREPLY=()
    return
  fi
  if [[ $current == -* ]]; then
    case "${words[*]:0:2}" in
)";
  text += choice(table, "words");
  text += R"(    *) compopt -o default ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}
)";
  return text + "complete -F " + function + " " + std::string{program} + "\n";
}

std::string zsh(const Table& table, std::string_view program) {
  const std::string function = function_of(program);
  std::string text = "#compdef " + std::string{program} + "\n# zsh completion; put it into a folder of $fpath as _" +
                     std::string{program} + "\n";
  text += function + "() {\n";
  text += R"(  local word skip='' candidates=''
  local -a given
  for word in "${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
)";
  text += "      " + joined(table.with_value, "|") + ") skip=1 ;;\n";
  text += R"(      -*) ;;
      *) given+=("$word") ;;
    esac
  done
  if [[ -n $skip ]]; then
    _files
    return
  fi
  if [[ ${words[CURRENT]} == -* ]]; then
    case "${given[*]:0:2}" in
)";
  text += choice(table, "given");
  text += R"(    *) _files; return ;;
    esac
  fi
  compadd -- ${=candidates}
}
)";
  return text + function + " \"$@\"\n";
}

}  // namespace

std::string completion(std::string_view shell, std::string_view program, std::span<const CommandInfo> own, bool stock) {
  const Table table = table_of(own, stock);
  return shell == "bash" ? bash(table, program) : zsh(table, program);
}

}  // namespace leftfold::inline v0::cli
