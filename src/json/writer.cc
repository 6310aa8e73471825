// SPDX-License-Identifier: Apache-2.0
#include "json/writer.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include <leftfold/json.h>

#include "json/base64.h"
#include "json/escapes.h"
#include "json/json_path.h"
#include "json/time_text.h"

namespace leftfold::inline v0::json {
namespace {

/// Not zero when one of the eight bytes cannot be copied as it is: a control character, '"', '\\' or not ASCII.
constexpr std::uint64_t special_bytes(std::uint64_t word) { return escaped_bytes(word) | (word & kHighBits); }

char* put_escaped(char* out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  *out++ = '\\';
  switch (c) {
    case '"': *out++ = '"'; break;
    case '\\': *out++ = '\\'; break;
    case '\b': *out++ = 'b'; break;
    case '\f': *out++ = 'f'; break;
    case '\n': *out++ = 'n'; break;
    case '\r': *out++ = 'r'; break;
    case '\t': *out++ = 't'; break;
    default:
      std::memcpy(out, "u00", 3);
      out[3] = kHex[(c >> 4) & 0xF];
      out[4] = kHex[c & 0xF];
      out += 5;
  }
  return out;
}

template <class T>
T load(const void* value) {
  T copy;
  std::memcpy(&copy, value, sizeof copy);
  return copy;
}

}  // namespace

void Writer::write(const Type& type, const void* value) {
  switch (type.kind) {
    case Kind::null: return out_.put("null");
    case Kind::boolean: return out_.put(load<bool>(value) ? std::string_view{"true"} : std::string_view{"false"});
    case Kind::int8: return write_integer<std::int8_t>(value);
    case Kind::int16: return write_integer<std::int16_t>(value);
    case Kind::int32: return write_integer<std::int32_t>(value);
    case Kind::int64: return write_integer<std::int64_t>(value);
    case Kind::uint8: return write_integer<std::uint8_t>(value);
    case Kind::uint16: return write_integer<std::uint16_t>(value);
    case Kind::uint32: return write_integer<std::uint32_t>(value);
    case Kind::uint64: return write_integer<std::uint64_t>(value);
    case Kind::float32: return write_float<float>(value);
    case Kind::float64: return write_float<double>(value);
    case Kind::string: return write_string(*static_cast<const std::string*>(value));
    case Kind::bytes: {
      const Bytes& bytes = *static_cast<const Bytes*>(value);
      char* out = out_.room(base64_size(bytes.size()) + 2);
      *out++ = '"';
      out = write_base64(out, bytes);
      *out++ = '"';
      return out_.end_at(out);
    }
    case Kind::uuid: return write_string(static_cast<const Uuid*>(value)->to_string());
    case Kind::version: {
      const std::int64_t number = static_cast<const Version*>(value)->value();
      return write_integer<std::int64_t>(&number);
    }
    case Kind::position: {
      const std::int64_t number = static_cast<const Position*>(value)->value();
      return write_integer<std::int64_t>(&number);
    }
    case Kind::optional: return write_optional(static_cast<const OptionalType&>(type), value);
    case Kind::list: return write_list(static_cast<const ListType&>(type), value);
    case Kind::bits: return write_bits(static_cast<const BitsType&>(type), value);
    case Kind::array: return write_array(static_cast<const ArrayType&>(type), value);
    case Kind::map: return write_map(static_cast<const MapType&>(type), value);
    case Kind::set: return write_set(static_cast<const SetType&>(type), value);
    case Kind::object: return write_object(static_cast<const ObjectType&>(type), value);
    case Kind::enumeration: return write_enum(static_cast<const EnumType&>(type), value);
    case Kind::variant: return write_variant(static_cast<const VariantType&>(type), value);
    case Kind::time:
    case Kind::duration: return write_time(static_cast<const TimeType&>(type), value);
    case Kind::any: return write_any_json(value);
  }
}

template <class Number>
void Writer::write_integer(const void* value) {
  char* const out = out_.room(20);
  out_.end_at(std::to_chars(out, out + 20, load<Number>(value)).ptr);
}

template <class Number>
void Writer::write_float(const void* value) {
  const auto number = load<Number>(value);
  if (!std::isfinite(number)) {
    fail(std::isnan(number) ? "NaN cannot be written as JSON" : "an infinite number cannot be written as JSON");
  }
  char* const out = out_.room(32);
  out_.end_at(std::to_chars(out, out + 32, number).ptr);
}

void Writer::write_string(std::string_view text) {
  char* out = out_.room(6 * text.size() + 2 + sizeof(std::uint64_t));
  *out++ = '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  bool ascii = true;
  const auto put_bytes = [&](const char* until) {
    for (; at != until; ++at) {
      if (is_escaped(*at)) {
        out = put_escaped(out, *at);
      } else {
        ascii = ascii && static_cast<unsigned char>(*at) < 0x80;
        *out++ = *at;
      }
    }
  };
  while (end - at >= 8) {
    const auto word = load<std::uint64_t>(at);
    if (special_bytes(word) == 0) {
      std::memcpy(out, at, 8);
      out += 8;
      at += 8;
    } else {
      put_bytes(at + 8);
    }
  }
  put_bytes(end);
  if (!ascii && !simdjson::validate_utf8(text.data(), text.size())) {
    fail("a string that is not UTF-8 cannot be written as JSON; use leftfold::Bytes for raw bytes");
  }
  *out++ = '"';
  out_.end_at(out);
}

void Writer::open(char bracket) {
  if (++depth_ > kMaxDepth) fail("arrays and objects are nested deeper than 32");
  out_.put(bracket);
}

void Writer::close(char bracket) {
  --depth_;
  out_.put(bracket);
}

void Writer::comma_unless_first() {
  const char last = out_.text().back();
  if (last != '[' && last != '{') out_.put(',');
}

void Writer::write_optional(const OptionalType& type, const void* value) {
  const void* const held = type.get(value);
  if (held == nullptr) return out_.put("null");
  write(*type.element, held);
}

void Writer::write_elements(const Type& element, std::size_t stride, const void* first, std::size_t size) {
  open('[');
  const auto* at = static_cast<const std::byte*>(first);
  for (std::size_t i = 0; i < size; ++i, at += stride) {
    if (i != 0) out_.put(',');
    write(element, at);
  }
  close(']');
}

void Writer::write_list(const ListType& type, const void* value) {
  std::size_t size = 0;
  const void* const first = type.data(value, size);
  write_elements(*type.element, type.stride, first, size);
}

void Writer::write_array(const ArrayType& type, const void* value) {
  write_elements(*type.element, type.stride, type.data(const_cast<void*>(value)), type.size);
}

void Writer::write_bits(const BitsType& type, const void* value) {
  open('[');
  for (std::size_t i = 0, size = type.size(value); i < size; ++i) {
    if (i != 0) out_.put(',');
    out_.put(type.get(value, i) ? std::string_view{"true"} : std::string_view{"false"});
  }
  close(']');
}

void Writer::write_set(const SetType& type, const void* value) {
  struct Context {
    Writer& writer;
    const Type& element;
  } context{*this, *type.element};
  open('[');
  type.each(value, &context, [](void* opaque, const void* element) {
    auto& [writer, element_type] = *static_cast<Context*>(opaque);
    writer.comma_unless_first();
    writer.write(element_type, element);
  });
  close(']');
}

void Writer::write_map(const MapType& type, const void* value) {
  struct Context {
    Writer& writer;
    const MapType& type;
  } context{*this, type};
  open('{');
  type.each(value, &context, [](void* opaque, const void* key, const void* mapped) {
    auto& [writer, map] = *static_cast<Context*>(opaque);
    writer.comma_unless_first();
    writer.write(*map.key, key);
    writer.out_.put(':');
    writer.write(*map.mapped, mapped);
  });
  close('}');
}

void Writer::write_object(const ObjectType& type, const void* value) {
  void* fields[reflect::detail::kMaxFields];
  type.fields(const_cast<void*>(value), fields);
  open('{');
  for (std::size_t i = 0; i < type.size; ++i) {
    const std::string_view name = type.names[i];
    char* out = out_.room(name.size() + 4);
    if (i != 0) *out++ = ',';
    *out++ = '"';
    std::memcpy(out, name.data(), name.size());
    out += name.size();
    *out++ = '"';
    *out++ = ':';
    out_.end_at(out);
    write(*type.types[i], fields[i]);
  }
  close('}');
}

void Writer::write_enum(const EnumType& type, const void* value) {
  const std::int64_t number = type.get(value);
  for (std::size_t i = 0; i < type.size; ++i) {
    if (type.values[i].value == number) return write_string(type.values[i].name);
  }
  fail("the value " + std::to_string(number) + " of enum " + std::string{type.name} + " has no name");
}

void Writer::write_variant(const VariantType& type, const void* value) {
  const std::size_t index = type.index(value);
  if (index == type.size) fail("a variant that lost its value by an exception cannot be written");
  if (type.names[index].empty()) return out_.put("null");
  open('{');
  write_string(type.names[index]);
  out_.put(':');
  write(*type.types[index], type.get(value));
  close('}');
}

void Writer::write_time(const TimeType& type, const void* value) {
  const bool is_time = type.kind == Kind::time;
  char* out = out_.room(kTimeSize + 2);
  *out++ = '"';
  out = is_time ? json::write_time(out, type, type.get(value)) : write_duration(out, type, type.get(value));
  if (out == nullptr) {
    fail(is_time ? "a time outside the years 0000 to 9999 cannot be written"
                 : "a duration of 2^63 seconds or more cannot be written");
  }
  *out++ = '"';
  out_.end_at(out);
}

void Writer::fail(std::string_view problem) const {
  throw JsonError{path_at(out_.text(), out_.text().size()), problem};
}

void append(std::string& out, const Type& type, const void* value) {
  constexpr std::size_t kKeep = 1 << 20;  // a rare large document shall not hold its memory for ever
  // A string that the thread's own buffer serves; a value whose code writes JSON while it is written gets its own.
  thread_local TextBuffer shared;
  thread_local bool busy = false;
  if (busy) {
    TextBuffer own;
    Writer{own}.write(type, value);
    out.append(own.text());
    return;
  }
  struct Use {
    Use() { busy = true; }
    ~Use() {
      busy = false;
      if (shared.capacity() > kKeep) shared = TextBuffer{};
    }
  } use;
  shared.clear();
  Writer{shared}.write(type, value);
  out.append(shared.text());
}

}  // namespace leftfold::inline v0::json
