// SPDX-License-Identifier: Apache-2.0
#include "cli/stub_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

#include "app/nearest.h"
#include "cli/cpp_names.h"
#include "cli/flags.h"

namespace leftfold::inline v0::cli {
namespace {

struct FieldType {
  std::string_view name;
  std::string_view cpp;
  std::string_view value;
};
constexpr std::array<FieldType, 5> kTypes{{{"bool", "bool", "false"},
                                           {"int", "int", "0"},
                                           {"int64", "std::int64_t", "0"},
                                           {"double", "double", "0"},
                                           {"string", "std::string", ""}}};

const FieldType& type_of(std::string_view name) {
  const auto at =
      std::find_if(kTypes.begin(), kTypes.end(), [name](const FieldType& type) { return type.name == name; });
  if (at != kTypes.end()) return *at;
  std::array<std::string_view, kTypes.size()> known;
  std::transform(kTypes.begin(), kTypes.end(), known.begin(), [](const FieldType& type) { return type.name; });
  throw UsageError{"--field: no type is called \"" + std::string{name} + "\"" + app::did_you_mean(name, known) +
                   "; use bool, int, int64, double or string, and change it in the file"};
}

/// The next line of `text`, with its end, taken off it.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
  text.remove_prefix(line.size());
  return line;
}

}  // namespace

std::vector<StubField> read_fields(const std::vector<std::string>& texts) {
  std::vector<StubField> fields;
  for (const std::string& text : texts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
      throw UsageError{"--field is \"" + text + "\"; use NAME:TYPE, as in total:int64"};
    }
    const std::string name = text.substr(0, colon);
    check_field_name(name);
    if (std::any_of(fields.begin(), fields.end(), [&](const StubField& field) { return field.name == name; })) {
      throw UsageError{"--field names \"" + name + "\" twice"};
    }
    const FieldType& type = type_of(std::string_view{text}.substr(colon + 1));
    fields.push_back({name, type.cpp, type.value});
  }
  return fields;
}

std::string with_fields(std::string_view text, const std::vector<StubField>& fields) {
  constexpr std::string_view kMark = "  // [field]";
  std::string result;
  while (!text.empty()) {
    const std::string line{take_line(text)};
    if (line.find(kMark) == std::string::npos) {
      result += line;
      continue;
    }
    for (const StubField& field : fields) {
      std::string one = replaced(line, kMark, "");
      one = replaced(one, " = 0;", field.value.empty() ? ";" : " = " + std::string{field.value} + ";");
      one = replaced(one, "std::int64_t", field.type);
      result += replaced(one, "a_field", field.name);
    }
  }
  return result;
}

std::string with_events(std::string_view text, const std::vector<std::string>& events) {
  constexpr std::string_view kBegin = "  // [event]\n";
  constexpr std::string_view kEnd = "  // [/event]\n";
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd);
  const std::string one{text.substr(begin + kBegin.size(), end - begin - kBegin.size())};
  std::string result{text.substr(0, begin)};
  for (const std::string& event : events) result += replaced(one, "StubThingCreated", event);
  return result.append(text.substr(end + kEnd.size()));
}

std::vector<std::string> events_of(std::string_view source, std::string_view aggregate) {
  const std::string start = "using " + std::string{aggregate} + "Events = leftfold::Events<";
  const std::size_t begin = source.find(start);
  if (begin == std::string_view::npos) return {};
  std::vector<std::string> events;
  std::string name;
  std::size_t depth = 1;
  bool closed = false;
  for (const char c : source.substr(begin + start.size())) {
    if (c == '<') ++depth;
    if (c == '>') --depth;
    closed = depth == 0;
    if (closed || (c == ',' && depth == 1)) {
      events.push_back(std::exchange(name, {}));
      if (closed) break;
    } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      name += c;
    }
  }
  if (!closed) return {};
  // Dropped<...> and Parts<...> are no structs.
  std::erase_if(events, [](const std::string& event) { return event.empty() || event.find('<') != std::string::npos; });
  return events;
}

}  // namespace leftfold::inline v0::cli
