// SPDX-License-Identifier: Apache-2.0
// Writes described values as JSON.
#pragma once

#include <string_view>

#include <leftfold/json/type.h>

#include "json/text_buffer.h"

namespace leftfold::inline v0::json {

/// Writes one document into a buffer. One thread at a time; for one document.
class Writer {
 public:
  explicit Writer(TextBuffer& out) : out_{out} {}

  /// Throws JsonError; the buffer then holds a part of the document.
  void write(const Type& type, const void* value);

 private:
  void write_optional(const OptionalType& type, const void* value);
  void write_list(const ListType& type, const void* value);
  void write_bits(const BitsType& type, const void* value);
  void write_array(const ArrayType& type, const void* value);
  void write_set(const SetType& type, const void* value);
  void write_map(const MapType& type, const void* value);
  void write_object(const ObjectType& type, const void* value);
  void write_enum(const EnumType& type, const void* value);
  void write_variant(const VariantType& type, const void* value);
  void write_time(const TimeType& type, const void* value);
  void write_any_json(const void* value);
  void write_elements(const Type& element, std::size_t stride, const void* first, std::size_t size);
  void write_string(std::string_view text);
  void open(char bracket);
  void close(char bracket);
  void comma_unless_first();
  template <class Number>
  void write_integer(const void* value);
  template <class Number>
  void write_float(const void* value);
  [[noreturn]] void fail(std::string_view problem) const;

  TextBuffer& out_;
  int depth_ = 0;
};

}  // namespace leftfold::inline v0::json
