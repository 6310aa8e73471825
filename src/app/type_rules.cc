// SPDX-License-Identifier: Apache-2.0
#include "app/type_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace leftfold::inline v0::app {
namespace {

// A whole number type: how many bits of magnitude it has, and whether there are negative ones.
struct Whole {
  int bits;
  bool is_signed;
};

std::optional<Whole> whole(std::string_view type) {
  if (type == "version" || type == "position") return Whole{63, true};
  constexpr std::array<std::pair<std::string_view, Whole>, 8> kTypes{{{"int8", {7, true}},
                                                                      {"int16", {15, true}},
                                                                      {"int32", {31, true}},
                                                                      {"int64", {63, true}},
                                                                      {"uint8", {8, false}},
                                                                      {"uint16", {16, false}},
                                                                      {"uint32", {32, false}},
                                                                      {"uint64", {64, false}}}};
  for (const auto& [name, which] : kTypes) {
    if (name == type) return which;
  }
  return std::nullopt;
}

/// "int32", or the member that says what a compound type is: "list", "struct".
std::string kind_of(const Json& type) {
  if (type.kind() == Json::Kind::string) return type.as<std::string>();
  for (const std::string_view kind :
       {"optional", "list", "array", "set", "map", "enum", "variant", "struct", "recursive", "time", "duration"}) {
    if (type.contains(kind)) return std::string{kind};
  }
  throw JsonError{"$", type.text() + " is no type"};
}

/// For people: "list of int32".
std::string shown(const Json& type) {
  const std::string kind = kind_of(type);
  if (kind == "optional" || kind == "list" || kind == "set") return kind + " of " + shown(type.at(kind));
  if (kind == "array") return "array of " + type.at("size").text() + " " + shown(type.at(kind));
  if (kind == "map") return "map of " + shown(type.at("key")) + " to " + shown(type.at("map"));
  if (kind == "enum") return "enum " + type.at("name").as<std::string>();
  if (kind == "struct" || kind == "recursive") return "struct " + type.at(kind).as<std::string>();
  if (kind == "time" || kind == "duration") return kind + " in " + type.at(kind).as<std::string>() + " s";
  return kind;
}

bool contains_name(const Json& names, const std::string& name) {
  const auto& all = names.elements();
  return std::any_of(all.begin(), all.end(), [&](const Json& each) { return each.as<std::string>() == name; });
}

bool is_text(const std::string& kind) {
  return kind == "enum" || kind == "uuid" || kind == "bytes" || kind == "time" || kind == "duration";
}

/// Whether each tick of the writer is a whole number of the reader's: "1/1000" is 250 of "1/250000".
bool holds_ticks(const std::string& reader, const std::string& writer) {
  const auto parts = [](const std::string& tick) {
    const std::size_t slash = tick.find('/');
    if (slash == std::string::npos) throw JsonError{"$", "\"" + tick + "\" is no tick of a time"};
    return std::pair{Json::number(tick.substr(0, slash)).as<std::int64_t>(),
                     Json::number(tick.substr(slash + 1)).as<std::int64_t>()};
  };
  const auto [reader_num, reader_den] = parts(reader);
  const auto [writer_num, writer_den] = parts(writer);
  if (reader_num <= 0 || reader_den <= 0 || writer_num <= 0 || writer_den <= 0) return false;
  // writer / reader = (writer_num / reader_num) * (reader_den / writer_den), each fraction in its lowest terms.
  const std::int64_t nums = std::gcd(writer_num, reader_num);
  const std::int64_t dens = std::gcd(reader_den, writer_den);
  return (reader_den / dens) % (reader_num / nums) == 0 && (writer_num / nums) % (writer_den / dens) == 0;
}

/// One comparison of two types at a path.
class Comparison {
 public:
  Comparison(const Json& reader, const Json& writer, const std::string& path, const OnTypeProblem& found)
      : reader_{reader}, writer_{writer}, path_{path}, found_{found} {}

  void run() {
    const std::string to = kind_of(reader_);
    const std::string from = kind_of(writer_);
    if (to == "any" || (to == from && reader_.text() == writer_.text())) return;
    if (to == "optional") {
      if (from == "null") return;
      return below(reader_.at(to), from == "optional" ? writer_.at(from) : writer_);
    }
    if (from == "optional") return fail("it may be null, which " + shown(reader_) + " cannot be");
    if (const auto to_whole = whole(to), from_whole = whole(from);
        from_whole && (to_whole || to.starts_with("float"))) {
      return whole_number(to, to_whole, *from_whole);
    }
    if (to.starts_with("float") && from.starts_with("float")) {
      if (to == "float32" && from == "float64") fail("its digits and its range do not fit");
      return;
    }
    if (to == "string" && is_text(from)) return;  // all of these are stored as text
    if (is_list(to) && is_list(from)) return lists(to, from);
    if (to != from) return fail(shown(writer_) + " is stored in another form than " + shown(reader_));
    if (to == "map") {
      below(reader_.at("key"), writer_.at("key"));
      return below(reader_.at("map"), writer_.at("map"));
    }
    if (to == "enum") return names(reader_.at("enum"), writer_.at("enum"));
    if (to == "struct") {
      return compare_fields(reader_.at("fields"), writer_.at("fields"), path_, Renames::suspected, found_);
    }
    if (to == "variant") return variants();
    if (to == "time" || to == "duration") {
      if (!holds_ticks(reader_.at(to).as<std::string>(), writer_.at(to).as<std::string>())) {
        fail("finer times than the reader's ticks are stored");
      }
      return;
    }
    // What is left is "recursive": its struct is compared where it begins.
  }

 private:
  static bool is_list(const std::string& kind) { return kind == "list" || kind == "set" || kind == "array"; }

  void fail(std::string why) const {
    found_({path_, "stored as " + shown(writer_) + ", read as " + shown(reader_), std::move(why)});
  }
  void below(const Json& reader, const Json& writer, const std::string& step = {}) const {
    compare_types(reader, writer, path_ + step, found_);
  }

  void whole_number(const std::string& to, const std::optional<Whole>& to_whole, const Whole& from) const {
    if (!to_whole) {
      const int digits = to == "float64" ? 53 : 24;  // of an IEEE 754 number
      if (from.bits > digits) {
        fail("whole numbers beyond 2^" + std::to_string(digits) + " would lose digits");
      }
    } else if (from.is_signed && !to_whole->is_signed) {
      fail("negative numbers do not fit");
    } else if (from.bits > to_whole->bits) {
      fail("large numbers do not fit");
    }
  }

  void lists(const std::string& to, const std::string& from) const {
    if (to == "set" && from != "set") return fail("a set drops what is stored twice, and the order");
    if (to == "array" && (from != "array" || reader_.at("size").text() != writer_.at("size").text())) {
      return fail("an array takes only its own number of elements");
    }
    below(reader_.at(to), writer_.at(from), "[]");
  }

  void names(const Json& reader, const Json& writer) const {
    std::string missing;
    for (const Json& each : writer.elements()) {
      const std::string name = each.as<std::string>();
      if (!contains_name(reader, name)) missing += (missing.empty() ? "" : ", ") + name;
    }
    if (!missing.empty()) {
      found_({path_, "the reader's enum lacks " + missing, "a value that has no name for the reader does not decode"});
    }
  }

  void variants() const {
    const Json& known = reader_.at("variant");
    for (const Json::Member& alternative : writer_.at("variant").members()) {
      if (const Json* const same = known.find(alternative.name)) {
        below(*same, alternative.value, "<" + alternative.name + ">");
      } else {
        found_({path_, "the reader's variant lacks " + alternative.name, "this alternative does not decode"});
      }
    }
  }

  const Json& reader_;
  const Json& writer_;
  const std::string& path_;
  const OnTypeProblem& found_;
};

}  // namespace

void compare_types(const Json& reader, const Json& writer, const std::string& path, const OnTypeProblem& found) {
  Comparison{reader, writer, path, found}.run();
}

void compare_fields(const Json& reader, const Json& writer, const std::string& path, Renames renames,
                    const OnTypeProblem& found) {
  std::vector<const Json::Member*> unread;
  for (const Json::Member& field : writer.members()) {
    if (const Json* const same = reader.find(field.name)) {
      compare_types(same->at("type"), field.value.at("type"), path + "." + field.name, found);
    } else {
      unread.push_back(&field);
    }
  }
  for (const Json::Member& field : reader.members()) {
    if (writer.contains(field.name)) continue;
    if (!field.value.contains("default")) {
      found({path + "." + field.name, "not stored, and without a default that could be",
             "the reader would go on with a value that has no name"});
    }
    if (renames == Renames::ruled_out) continue;
    const std::string type = field.value.at("type").text();
    const auto was = std::find_if(unread.begin(), unread.end(),
                                  [&](const Json::Member* other) { return other->value.at("type").text() == type; });
    if (was == unread.end()) continue;
    found({path + "." + field.name, "stored as \"" + (*was)->name + "\", as it seems: renamed",
           "the reader ignores \"" + (*was)->name + "\" and takes the default of \"" + field.name + "\""});
    unread.erase(was);
  }
}

}  // namespace leftfold::inline v0::app
