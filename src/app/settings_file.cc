// SPDX-License-Identifier: Apache-2.0
#include "app/settings_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include <toml++/toml.h>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {
namespace {

/// Far above any settings file, far below what would hurt: a device that never ends is one mistake away.
constexpr std::size_t kLargestFile = 1'048'576;

[[noreturn]] void refuse_file(const Setting& config, const std::string& why) {
  throw Error{Errc::invalid_config, "settings file " + config.value + " (" + config.origin + ") " + why};
}

/// The file's bytes; nothing when the default one is missing.
std::optional<std::string> content(const Setting& config) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(config.value, error);
  if (status.type() == fs::file_type::not_found) {
    if (config.origin == "default") return std::nullopt;
    refuse_file(config, "does not exist; create it, or name another one");
  }
  if (status.type() == fs::file_type::directory) refuse_file(config, "is a folder; name a file");
  std::ifstream file{config.value, std::ios::binary};
  if (!file) refuse_file(config, "cannot be opened; may this process read it?");
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) refuse_file(config, "cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) refuse_file(config, "is larger than 1 MiB; is it the right one?");
  return text;
}

std::string number_text(double number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

/// A list as in a variable; nothing for one that a variable cannot say.
std::optional<std::string> list_text(const toml::array& list) {
  std::string joined;
  for (const toml::node& node : list) {
    const auto* const text = node.as_string();
    if (text == nullptr || text->get().empty() || text->get().find(',') != std::string::npos) return std::nullopt;
    (joined += joined.empty() ? "" : ",") += text->get();
  }
  return joined.empty() ? std::nullopt : std::optional{joined};
}

FileValue value_of(const toml::node& node, std::vector<std::string> key) {
  using Type = FileValue::Type;
  FileValue value{std::move(key), Type::other, {}, node.source().begin.line};
  if (const auto* text = node.as_string()) {
    value.type = Type::text;
    value.value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.type = Type::integer;
    value.value = std::to_string(integer->get());
  } else if (const auto* number = node.as_floating_point()) {
    value.type = Type::number;
    value.value = number_text(number->get());
  } else if (const auto* boolean = node.as_boolean()) {
    value.type = Type::boolean;
    value.value = boolean->get() ? "true" : "false";
  } else if (node.is_table()) {
    value.type = Type::table;
  } else if (const auto* list = node.as_array()) {
    if (auto joined = list_text(*list)) {
      value.type = Type::list;
      value.value = std::move(*joined);
    }
  }
  return value;
}

/// The parser limits how deep tables nest, and so this.
void walk(const toml::table& table, const std::vector<std::string>& path, std::vector<FileValue>& values) {
  for (const auto& [name, node] : table) {
    std::vector<std::string> key = path;
    key.emplace_back(name.str());
    const toml::table* const inner = node.as_table();
    if (inner != nullptr && !inner->empty()) walk(*inner, key, values);
    else values.push_back(value_of(node, std::move(key)));
  }
}

}  // namespace

std::string_view to_string(FileValue::Type type) noexcept {
  switch (type) {
    case FileValue::Type::text: return "text";
    case FileValue::Type::integer: return "a whole number";
    case FileValue::Type::number: return "a number with a fraction";
    case FileValue::Type::boolean: return "true or false";
    case FileValue::Type::list: return "a list of texts";
    case FileValue::Type::table: return "a table";
    case FileValue::Type::other: return "an array or a date";
  }
  return "unknown";
}

std::vector<FileValue> read_settings_file(const Setting& config) {
  std::vector<FileValue> values;
  const std::optional<std::string> text = content(config);
  if (!text) return values;
  try {
    walk(toml::parse(*text, config.value), {}, values);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    throw Error{Errc::invalid_config, config.value + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                                          ": malformed TOML: " + std::string{error.description()}};
  }
  // The parser's tables are sorted by name; the first mistake is the one on the first line.
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return std::tie(a.line, a.key) < std::tie(b.line, b.key); });
  return values;
}

}  // namespace leftfold::inline v0::app
