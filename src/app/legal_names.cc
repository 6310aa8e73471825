// SPDX-License-Identifier: Apache-2.0
#include "app/legal_names.h"

#include <algorithm>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

void check_program_name(const std::string& name) {
  const bool legal = std::all_of(name.begin(), name.end(),
                                 [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
  if (name.empty() || !legal || !is_letter_or_digit(name.front())) {
    throw Error{Errc::invalid_argument,
                "App{\"" + name +
                    "\"}: a program's name begins with a letter or a digit and has only letters, "
                    "digits, '-', '_' and '.', because its file is called after it"};
  }
}

void check_command_name(const std::string& name) {
  const bool legal = std::all_of(name.begin(), name.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (name.empty() || !legal || name.front() == '-') {
    throw Error{Errc::invalid_argument,
                "command \"" + name + "\": a command's name has only small letters, digits and '-'"};
  }
}

}  // namespace leftfold::inline v0::app
