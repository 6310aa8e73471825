// SPDX-License-Identifier: Apache-2.0
// Plain structs to JSON and back. docs/format/json.md defines the exact bytes.
//
// Fields may be: bool, integers up to 64 bits, float, double, std::string (UTF-8), enums (by name), std::optional,
// std::vector, std::array, std::map and std::unordered_map (keys: std::string, an enum, Uuid), std::set and
// std::unordered_set, std::variant, std::chrono durations and system_clock time points, Bytes, Uuid, Version,
// Position, and structs of these. Anything else is a compile error that names the field's type.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <leftfold/json/describe.h>
#include <leftfold/json/json_error.h>

namespace leftfold::inline v0 {

namespace json {

/// How deep arrays and objects may be nested, in reading and in writing.
inline constexpr int kMaxDepth = 32;

/// As leftfold::append_json, by description.
void append(std::string& out, const Type& type, const void* value);
/// As leftfold::read_json, by description.
void read(std::string_view text, const Type& type, void* into);

}  // namespace json

/// Appends `value` as compact JSON to `out`: every field, in the order of declaration. Any thread.
/// Throws JsonError, with `out` untouched, for a value that JSON cannot hold: NaN or infinity, an enum value without a
/// name, a string that is not UTF-8, a time outside the years 0000 to 9999, nesting deeper than 32.
template <class T>
void append_json(std::string& out, const T& value) {
  json::append(out, json::Description<T>::value, &value);
}

/// Returns `value` as compact JSON. Throws as append_json does.
template <class T>
[[nodiscard]] std::string to_json(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

/// Reads `text` into `into`. Fields that the text lacks keep the value they have; fields that `into` lacks are ignored,
/// but must be well-formed. Containers are replaced. Any thread.
/// Throws JsonError for malformed text, a value of another type or out of range, a field given twice, nesting deeper
/// than 32; `into` is then valid, with some fields read and others not.
template <class T>
void read_json(std::string_view text, T& into) {
  static_assert(!std::is_const_v<T>, "leftfold: read_json needs an object that it may change");
  json::read(text, json::Description<T>::value, &into);
}

/// Returns the T that `text` holds; a field that the text lacks has its default. Throws as read_json does.
template <class T>
[[nodiscard]] T from_json(std::string_view text) {
  T value{};
  read_json(text, value);
  return value;
}

}  // namespace leftfold::inline v0
