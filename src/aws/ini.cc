// SPDX-License-Identifier: Apache-2.0
#include "aws/ini.h"

#include <algorithm>

#include <leftfold/error.h>

#include "http/ascii.h"

namespace leftfold::inline v0::aws {
namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

std::string section_name(std::string_view text) {
  std::string name;
  for (const char c : trimmed(text)) {
    const bool space = kSpace.find(c) != kSpace.npos;
    if (!space) name.push_back(c);
    if (space && name.back() != ' ') name.push_back(' ');
  }
  return name;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view file) : text_{text}, file_{file} {}

  std::map<std::string, IniSection> parse() {
    while (!text_.empty()) {
      const auto line = text_.substr(0, text_.find('\n'));
      text_.remove_prefix(std::min(line.size() + 1, text_.size()));
      ++number_;
      take(line);
    }
    return std::move(sections_);
  }

 private:
  void take(std::string_view line) {
    const std::string_view content = trimmed(line);
    if (content.empty() || content.starts_with('#') || content.starts_with(';')) return;
    if (content.starts_with('[')) {
      const auto end = content.find(']');
      if (end == content.npos) fail("the section's name lacks its ']'");
      section_ = &sections_[section_name(content.substr(1, end - 1))];
      key_.clear();
      return;
    }
    if (section_ == nullptr) fail("a line before the first section; begin with [default] or [profile NAME]");
    const bool indented = kSpace.find(line.front()) != kSpace.npos;
    if (indented && key_.empty()) fail("an indented line that continues no key; remove the spaces in front of it");
    if (indented && !section_->values[key_].empty()) {  // a long value goes on
      section_->values[key_].append("\n").append(content);
      return;
    }
    const auto equals = content.find('=');
    if (equals == content.npos) fail("neither a section nor KEY = VALUE");
    std::string key{trimmed(content.substr(0, equals))};
    if (key.empty()) fail("a value without a key");
    std::ranges::transform(key, key.begin(), http::lower);
    const std::string value{trimmed(content.substr(equals + 1))};
    if (indented) {
      section_->nested[key_].insert_or_assign(key, value);
    } else {
      section_->values.insert_or_assign(key, value);
      key_ = key;
    }
  }

  [[noreturn]] void fail(std::string_view what) const {
    std::string text{file_};
    text.append(":").append(std::to_string(number_)).append(": ").append(what).append("; correct the line");
    throw Error{Errc::invalid_data, text};
  }

  std::string_view text_;
  std::string_view file_;
  int number_ = 0;
  std::map<std::string, IniSection> sections_;
  IniSection* section_ = nullptr;
  std::string key_;  // the last one without indentation
};

}  // namespace

std::map<std::string, IniSection> parse_ini(std::string_view text, std::string_view file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark, as editors of Windows leave it
  return Parser{text, file}.parse();
}

}  // namespace leftfold::inline v0::aws
