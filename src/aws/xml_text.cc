// SPDX-License-Identifier: Apache-2.0
#include "aws/xml_text.h"

#include <array>
#include <charconv>
#include <utility>

namespace leftfold::inline v0::aws {
namespace {

// The five names of XML, and characters of ASCII by number: keys and messages hold no others.
std::optional<char> entity(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNames{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, letter] : kNames) {
    if (name == known) return letter;
  }
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  if (hex) name.remove_prefix(1);
  int code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  if (error != std::errc{} || end != name.data() + name.size() || code < 1 || code > 127) return std::nullopt;
  return static_cast<char>(code);
}

}  // namespace

std::optional<std::string> xml_text(std::string_view xml, std::string_view name) {
  const std::string open = std::string{"<"}.append(name).append(">");
  const std::string close = std::string{"</"}.append(name).append(">");
  const auto start = xml.find(open);
  if (start == xml.npos) return std::nullopt;
  xml.remove_prefix(start + open.size());
  const auto end = xml.find('<');
  if (end == xml.npos || !xml.substr(end).starts_with(close)) return std::nullopt;
  xml = xml.substr(0, end);
  std::string text;
  while (!xml.empty()) {
    const auto mark = xml.find('&');
    text.append(xml.substr(0, mark));
    if (mark == xml.npos) break;
    const auto semicolon = xml.find(';', mark);
    if (semicolon == xml.npos) return std::nullopt;
    const std::optional<char> letter = entity(xml.substr(mark + 1, semicolon - mark - 1));
    if (!letter) return std::nullopt;
    text.push_back(*letter);
    xml.remove_prefix(semicolon + 1);
  }
  return text;
}

}  // namespace leftfold::inline v0::aws
