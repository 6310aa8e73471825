// SPDX-License-Identifier: Apache-2.0
// Reads JSON into described values, with simdjson's on-demand parser underneath.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <leftfold/json.h>

namespace leftfold::inline v0::json {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

/// What one thread keeps between documents: the parser's memory, and a copy of the text with the margin it needs.
struct Workspace {
  ondemand::parser parser{};
  std::unique_ptr<char[]> copy;
  std::size_t capacity = 0;
};

/// Reads one document into a described value. Wraps the text into "[...]": so a lone number or string is a value like
/// any other, and whatever follows the value is an element too many. One thread at a time; for one document.
/// Values go by reference: copying simdjson's cursors costs more than reading them.
class Reader {
 public:
  Reader(Workspace& workspace, std::string_view text) : workspace_{workspace}, text_{text} {}

  /// Throws JsonError; what `into` then holds is unspecified but valid.
  void read(const Type& type, void* into);

 private:
  using Value = ondemand::value;

  [[gnu::always_inline]] inline void value(Value& in, const Type& type, void* into);
  [[gnu::noinline]] void any_value(Value& in, const Type& type, void* into);
  [[gnu::noinline]] void null(Value& in);
  [[gnu::noinline]] void boolean(Value& in, void* into);
  [[gnu::always_inline]] inline void string(Value& in, void* into);
  [[gnu::noinline]] void bytes(Value& in, void* into);
  [[gnu::noinline]] void optional(Value& in, const OptionalType& type, void* into);
  [[gnu::noinline]] void enumeration(Value& in, const EnumType& type, void* into);
  template <class Number>
  [[gnu::noinline]] void integer(Value& in, void* into);
  template <class Number>
  [[gnu::noinline]] void floating(Value& in, void* into);
  [[gnu::noinline]] void list(Value& in, const ListType& type, void* into);
  [[gnu::noinline]] void bits(Value& in, const BitsType& type, void* into);
  [[gnu::noinline]] void fixed_array(Value& in, const ArrayType& type, void* into);
  [[gnu::noinline]] void set(Value& in, const SetType& type, void* into);
  [[gnu::noinline]] void map(Value& in, const MapType& type, void* into);
  [[gnu::noinline]] void object(Value& in, const ObjectType& type, void* into);
  [[gnu::noinline]] void variant(Value& in, const VariantType& type, void* into);
  [[gnu::noinline]] void time(Value& in, const TimeType& type, void* into);
  [[gnu::noinline]] void uuid(Value& in, void* into);
  [[gnu::noinline]] void any_json(Value& in, void* into);
  inline void floating_number(Value& in, double& number);
  void enum_name(std::string_view name, const char* at, const EnumType& type, void* into);
  void key(std::string_view name, const char* at, const Type& type, void* into);
  void skip(Value& in);

  std::int64_t int64(Value& in);
  [[gnu::always_inline]] inline std::string_view text(Value& in, std::string_view expected);
  ondemand::array array(Value& in, std::string_view expected);
  ondemand::object members(Value& in, std::string_view expected);
  template <class Element>
  void each(ondemand::array elements, Element element);
  static bool is_null(Value& in);
  static const char* place(Value& in) { return in.raw_json_token().data(); }

  void enter(Value& in);
  void leave() { --depth_; }
  void check(error_code error, const char* at = nullptr) {
    if (error != simdjson::SUCCESS) [[unlikely]]
      malformed(error, at);
  }
  [[noreturn]] void malformed(error_code error, const char* at);
  [[noreturn]] void wrong_type(Value& in, std::string_view expected, error_code error);
  [[noreturn]] void fail(const char* at, std::string_view problem) const;

  Workspace& workspace_;
  std::string_view text_;
  ondemand::document document_;
  int depth_ = 0;
};

/// The beginning of a text, for a message.
[[nodiscard]] std::string excerpt(std::string_view token);

std::string_view Reader::text(Value& in, std::string_view expected) {
  std::string_view unescaped;
  if (const auto error = in.get_string().get(unescaped)) [[unlikely]]
    wrong_type(in, expected, error);
  return unescaped;
}

inline void Reader::floating_number(Value& in, double& number) {
  if (const auto error = in.get_double().get(number)) wrong_type(in, "a number that fits a double", error);
}

inline ondemand::array Reader::array(Value& in, std::string_view expected) {
  ondemand::array elements;
  if (const auto error = in.get_array().get(elements)) wrong_type(in, expected, error);
  return elements;
}

inline ondemand::object Reader::members(Value& in, std::string_view expected) {
  ondemand::object fields;
  if (const auto error = in.get_object().get(fields)) wrong_type(in, expected, error);
  return fields;
}

inline bool Reader::is_null(Value& in) {
  bool null = false;
  return in.is_null().get(null) == simdjson::SUCCESS && null;
}

template <class Element>
void Reader::each(ondemand::array elements, Element element) {
  for (auto result : elements) {
    check(result.error());
    auto&& in = std::move(result).value_unsafe();
    element(in);
  }
}

inline void Reader::enter(Value& in) {
  if (++depth_ > kMaxDepth) [[unlikely]]
    fail(place(in), "arrays and objects are nested deeper than 32");
}

}  // namespace leftfold::inline v0::json
