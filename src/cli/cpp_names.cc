// SPDX-License-Identifier: Apache-2.0
#include "cli/cpp_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "cli/flags.h"

namespace leftfold::inline v0::cli {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_keyword(std::string_view name) {
  // Those of C++20 that could be taken for a field.
  constexpr std::array<std::string_view, 81> kWords{
      "alignas",      "alignof",   "and",       "asm",       "auto",       "bitand",    "bitor",     "bool",
      "break",        "case",      "catch",     "char",      "class",      "compl",     "concept",   "const",
      "continue",     "decltype",  "default",   "delete",    "do",         "double",    "else",      "enum",
      "explicit",     "export",    "extern",    "false",     "float",      "for",       "friend",    "goto",
      "if",           "inline",    "int",       "long",      "mutable",    "namespace", "new",       "noexcept",
      "not",          "nullptr",   "operator",  "or",        "private",    "protected", "public",    "register",
      "requires",     "return",    "short",     "signed",    "sizeof",     "static",    "struct",    "switch",
      "template",     "this",      "throw",     "true",      "try",        "typedef",   "typeid",    "typename",
      "union",        "unsigned",  "using",     "virtual",   "void",       "volatile",  "while",     "xor",
      "and_eq",       "consteval", "constexpr", "constinit", "const_cast", "co_await",  "co_return", "co_yield",
      "static_assert"};
  constexpr std::array<std::string_view, 11> kMore{
      "char8_t",          "char16_t",     "char32_t", "wchar_t", "static_cast", "dynamic_cast",
      "reinterpret_cast", "thread_local", "not_eq",   "or_eq",   "xor_eq"};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end() ||
         std::find(kMore.begin(), kMore.end(), name) != kMore.end();
}

}  // namespace

void check_type_name(std::string_view name) {
  const bool legal = !name.empty() && is_upper(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c);
  });
  if (!legal) {
    throw UsageError{"\"" + std::string{name} +
                     "\" is no name of a type: letters and digits, first a capital, as in OrderPaid"};
  }
}

void check_field_name(std::string_view name) {
  const bool legal =
      !name.empty() && is_lower(name.front()) && name.find("__") == std::string_view::npos &&
      std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
  if (!legal) {
    throw UsageError{"\"" + std::string{name} +
                     "\" is no name of a field: small letters, digits and '_', first a letter, as in product_id"};
  }
  if (is_keyword(name)) throw UsageError{"\"" + std::string{name} + "\" is a word of C++; choose another name"};
}

void check_project_name(std::string_view name) {
  const bool legal = !name.empty() && (is_lower(name.front()) || is_upper(name.front())) &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
                     });
  if (!legal) {
    throw UsageError{"\"" + std::string{name} +
                     "\" cannot be a program's name: letters, digits, '-' and '_', first a letter; the folder's name "
                     "is taken for it"};
  }
  constexpr std::array<std::string_view, 10> kTargets{"all",     "clean",   "edit_cache",    "help",       "test",
                                                      "install", "package", "rebuild_cache", "CMakeFiles", "Testing"};
  if (std::find(kTargets.begin(), kTargets.end(), name) != kTargets.end()) {
    throw UsageError{"\"" + std::string{name} +
                     "\" is taken: CMake has a target or folder of that name; choose another folder"};
  }
}

std::string snake_of(std::string_view type_name) {
  std::string text;
  for (std::size_t i = 0; i < type_name.size(); ++i) {
    const char c = type_name[i];
    // Before a capital that ends a word or begins one: HTTPCall -> http_call.
    const bool begins_word = i > 0 && is_upper(c) &&
                             (!is_upper(type_name[i - 1]) || (i + 1 < type_name.size() && is_lower(type_name[i + 1])));
    if (begins_word) text += '_';
    text += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace leftfold::inline v0::cli
