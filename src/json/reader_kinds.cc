// SPDX-License-Identifier: Apache-2.0
// The kinds of values that are read more rarely.
#include <cstddef>
#include <utility>

#include "json/base64.h"
#include "json/reader.h"
#include "json/time_text.h"

namespace leftfold::inline v0::json {

void Reader::bytes(Value& in, void* into) {
  if (!read_base64(text(in, "base64 text"), *static_cast<Bytes*>(into))) {
    wrong_type(in, "base64 text with padding", simdjson::INCORRECT_TYPE);
  }
}

void Reader::optional(Value& in, const OptionalType& type, void* into) {
  if (is_null(in)) return type.reset(into);
  any_value(in, *type.element, type.emplace(into));
}

void Reader::enumeration(Value& in, const EnumType& type, void* into) {
  std::string_view name;
  if (const auto error = in.get_string().get(name)) [[unlikely]] {
    wrong_type(in, "the name of a value of enum " + std::string{type.name}, error);
  }
  enum_name(name, place(in), type, into);
}

void Reader::bits(Value& in, const BitsType& type, void* into) {
  const auto elements = array(in, "an array");
  enter(in);
  type.clear(into);
  each(elements, [&](Value& element) {
    bool bit = false;
    boolean(element, &bit);
    type.append(into, bit);
  });
  leave();
}

void Reader::fixed_array(Value& in, const ArrayType& type, void* into) {
  const auto elements = array(in, "an array");
  enter(in);
  auto* const first = static_cast<std::byte*>(type.data(into));
  std::size_t size = 0;
  each(elements, [&](Value& element) {
    if (size == type.size)
      fail(place(in), "expected an array of " + std::to_string(type.size) + " elements, found more");
    any_value(element, *type.element, first + type.stride * size++);
  });
  if (size != type.size) {
    fail(place(in), "expected an array of " + std::to_string(type.size) + " elements, found " + std::to_string(size));
  }
  leave();
}

void Reader::set(Value& in, const SetType& type, void* into) {
  struct Context {
    Reader& reader;
    const Type& element;
    Value* in;
  } context{*this, *type.element, nullptr};
  const auto elements = array(in, "an array");
  enter(in);
  type.clear(into);
  each(elements, [&](Value& element) {
    context.in = &element;
    type.insert(into, &context, [](void* opaque, void* place) {
      auto& [reader, element_type, next] = *static_cast<Context*>(opaque);
      reader.any_value(*next, element_type, place);
    });
  });
  leave();
}

void Reader::map(Value& in, const MapType& type, void* into) {
  struct Context {
    Reader& reader;
    const Type& key_type;
    std::string_view name;
    const char* at;
  } context{*this, *type.key, {}, nullptr};
  auto fields = members(in, "an object");
  enter(in);
  type.clear(into);
  for (auto result : fields) {
    check(result.error());
    auto&& field = std::move(result).value_unsafe();
    context.at = field.key().raw();
    check(field.unescaped_key().get(context.name), context.at);
    void* const mapped = type.insert(into, &context, [](void* opaque, void* key) {
      auto& [reader, key_type, name, key_at] = *static_cast<Context*>(opaque);
      reader.key(name, key_at, key_type, key);
    });
    if (mapped == nullptr) fail(context.at, "the key is there twice");
    any_value(field.value(), *type.mapped, mapped);
  }
  leave();
}

void Reader::variant(Value& in, const VariantType& type, void* into) {
  const auto expected = [&] {
    std::string names;
    bool nullable = false;
    for (std::size_t i = 0; i < type.size; ++i) {
      if (type.names[i].empty()) nullable = true;
      else names.append(names.empty() ? "" : ", ").append(type.names[i]);
    }
    return (nullable ? "null or an object with one of these names: " : "an object with one of these names: ") + names;
  };
  for (std::size_t i = 0; i < type.size; ++i) {
    if (!type.names[i].empty()) continue;
    if (is_null(in)) {
      type.emplace(into, i);
      return;
    }
  }
  ondemand::object members_in;
  if (const auto error = in.get_object().get(members_in)) wrong_type(in, expected(), error);
  enter(in);
  bool any = false;
  for (auto result : members_in) {
    check(result.error());
    auto&& field = std::move(result).value_unsafe();
    const char* const key_at = field.key().raw();
    std::string_view name;
    check(field.unescaped_key().get(name), key_at);
    if (any) fail(place(in), "expected " + expected() + ", found a second name \"" + excerpt(name) + "\"");
    std::size_t index = 0;
    while (index < type.size && (type.names[index].empty() || type.names[index] != name)) ++index;
    if (index == type.size) fail(place(in), "expected " + expected() + ", found \"" + excerpt(name) + "\"");
    any_value(field.value(), *type.types[index], type.emplace(into, index));
    any = true;
  }
  if (!any) fail(place(in), "expected " + expected() + ", found an empty object");
  leave();
}

void Reader::time(Value& in, const TimeType& type, void* into) {
  const bool is_time = type.kind == Kind::time;
  const std::string_view expected = is_time ? "a time like \"2026-11-23T09:41:07.5Z\"" : "a duration like \"PT1.5S\"";
  const std::string_view written = text(in, expected);
  std::int64_t ticks = 0;
  switch (is_time ? read_time(written, type, ticks) : read_duration(written, type, ticks)) {
    case TimeText::good:
      if (type.set(into, ticks)) return;
      [[fallthrough]];
    case TimeText::out_of_range: fail(place(in), "\"" + excerpt(written) + "\" is out of the range of the field");
    case TimeText::too_precise: fail(place(in), "\"" + excerpt(written) + "\" is more precise than the field can hold");
    case TimeText::malformed: wrong_type(in, expected, simdjson::INCORRECT_TYPE);
  }
}

void Reader::uuid(Value& in, void* into) {
  const auto parsed = Uuid::parse(text(in, "a UUID"));
  if (!parsed) wrong_type(in, "a UUID of 36 characters", simdjson::INCORRECT_TYPE);
  *static_cast<Uuid*>(into) = *parsed;
}

void Reader::enum_name(std::string_view name, const char* at, const EnumType& type, void* into) {
  for (std::size_t i = 0; i < type.size; ++i) {
    if (type.values[i].name == name) return type.set(into, type.values[i].value);
  }
  std::string names;
  for (std::size_t i = 0; i < type.size; ++i) names.append(i == 0 ? "" : ", ").append(type.values[i].name);
  fail(at, "expected a value of enum " + std::string{type.name} + " (" + names + "), found \"" + excerpt(name) + "\"");
}

void Reader::key(std::string_view name, const char* at, const Type& type, void* into) {
  if (type.kind == Kind::string) {
    static_cast<std::string*>(into)->assign(name);
  } else if (type.kind == Kind::enumeration) {
    enum_name(name, at, static_cast<const EnumType&>(type), into);
  } else {
    const auto parsed = Uuid::parse(name);
    if (!parsed) fail(at, "expected a UUID of 36 characters as key, found \"" + excerpt(name) + "\"");
    *static_cast<Uuid*>(into) = *parsed;
  }
}

}  // namespace leftfold::inline v0::json
