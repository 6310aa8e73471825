// SPDX-License-Identifier: Apache-2.0
#include "json/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace leftfold::inline v0::json {
namespace {

/// True when the key whose first byte (behind its quote) is at `raw` is `name`, which has no escapes. Reads no further
/// than the end of the name, which the room behind the text allows.
bool is_key(const char* raw, std::string_view name) {
  const std::size_t size = name.size();
  if (size > simdjson::SIMDJSON_PADDING || raw[size] != '"') return false;
  const auto same = [&]<class Word>(Word, std::size_t at) {
    Word a, b;
    std::memcpy(&a, raw + at, sizeof a);
    std::memcpy(&b, name.data() + at, sizeof b);
    return a == b;
  };
  if (size < 4) {
    for (std::size_t at = 0; at < size; ++at) {
      if (raw[at] != name[at]) return false;
    }
    return true;
  }
  if (size < 8) return same(std::uint32_t{}, 0) && same(std::uint32_t{}, size - 4);
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    if (!same(std::uint64_t{}, at)) return false;
  }
  return same(std::uint64_t{}, size - 8);
}

}  // namespace

void Reader::read(const Type& type, void* into) {
  const std::size_t size = text_.size() + 2;
  if (workspace_.capacity < size + simdjson::SIMDJSON_PADDING) {
    workspace_.capacity = std::max<std::size_t>(2 * size, 1024) + simdjson::SIMDJSON_PADDING;
    workspace_.copy = std::make_unique_for_overwrite<char[]>(workspace_.capacity);
  }
  char* const copy = workspace_.copy.get();
  copy[0] = '[';
  if (!text_.empty()) std::memcpy(copy + 1, text_.data(), text_.size());
  copy[size - 1] = ']';
  std::memset(copy + size, 0, simdjson::SIMDJSON_PADDING);

  check(workspace_.parser.iterate(copy, size, workspace_.capacity).get(document_));
  ondemand::array documents;
  check(document_.get_array().get(documents));
  bool any = false;
  for (auto element : documents) {
    check(element.error());
    auto&& root = std::move(element).value_unsafe();
    if (any) fail(place(root), "malformed JSON: something follows the document");
    any_value(root, type, into);
    any = true;
  }
  if (!any) fail(copy + 1, "malformed JSON: the text is empty");
  const char* rest = nullptr;
  if (document_.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) {
    fail(rest, "malformed JSON: something follows the document");
  }
}

void Reader::string(Value& in, void* into) {
  const std::string_view read = text(in, "a string");
  static_cast<std::string*>(into)->assign(read.data(), read.size());
}

/// The commonest kinds; it is inlined into the loops over fields and elements.
void Reader::value(Value& in, const Type& type, void* into) {
  switch (type.kind) {
    case Kind::string: return string(in, into);
    case Kind::int32: return integer<std::int32_t>(in, into);
    case Kind::int64: return integer<std::int64_t>(in, into);
    case Kind::float64: return floating<double>(in, into);
    case Kind::object: return object(in, static_cast<const ObjectType&>(type), into);
    default: return any_value(in, type, into);
  }
}

void Reader::any_value(Value& in, const Type& type, void* into) {
  switch (type.kind) {
    case Kind::null: return null(in);
    case Kind::boolean: return boolean(in, into);
    case Kind::int8: return integer<std::int8_t>(in, into);
    case Kind::int16: return integer<std::int16_t>(in, into);
    case Kind::int32: return integer<std::int32_t>(in, into);
    case Kind::int64: return integer<std::int64_t>(in, into);
    case Kind::uint8: return integer<std::uint8_t>(in, into);
    case Kind::uint16: return integer<std::uint16_t>(in, into);
    case Kind::uint32: return integer<std::uint32_t>(in, into);
    case Kind::uint64: return integer<std::uint64_t>(in, into);
    case Kind::float32: return floating<float>(in, into);
    case Kind::float64: return floating<double>(in, into);
    case Kind::string: return string(in, into);
    case Kind::bytes: return bytes(in, into);
    case Kind::uuid: return uuid(in, into);
    case Kind::version: *static_cast<Version*>(into) = Version{int64(in)}; return;
    case Kind::position: *static_cast<Position*>(into) = Position{int64(in)}; return;
    case Kind::optional: return optional(in, static_cast<const OptionalType&>(type), into);
    case Kind::list: return list(in, static_cast<const ListType&>(type), into);
    case Kind::bits: return bits(in, static_cast<const BitsType&>(type), into);
    case Kind::array: return fixed_array(in, static_cast<const ArrayType&>(type), into);
    case Kind::map: return map(in, static_cast<const MapType&>(type), into);
    case Kind::set: return set(in, static_cast<const SetType&>(type), into);
    case Kind::object: return object(in, static_cast<const ObjectType&>(type), into);
    case Kind::enumeration: return enumeration(in, static_cast<const EnumType&>(type), into);
    case Kind::variant: return variant(in, static_cast<const VariantType&>(type), into);
    case Kind::time:
    case Kind::duration: return time(in, static_cast<const TimeType&>(type), into);
    case Kind::any: return any_json(in, into);
  }
}

void Reader::null(Value& in) {
  if (!is_null(in)) wrong_type(in, "null", simdjson::INCORRECT_TYPE);
}

void Reader::boolean(Value& in, void* into) {
  bool flag = false;
  if (const auto error = in.get_bool().get(flag)) [[unlikely]]
    wrong_type(in, "true or false", error);
  *static_cast<bool*>(into) = flag;
}

template <class Number>
void Reader::integer(Value& in, void* into) {
  using Limits = std::numeric_limits<Number>;
  using Wide = std::conditional_t<std::is_signed_v<Number>, std::int64_t, std::uint64_t>;
  Wide wide = 0;
  error_code error = simdjson::SUCCESS;
  if constexpr (std::is_signed_v<Number>) error = in.get_int64().get(wide);
  else error = in.get_uint64().get(wide);
  if constexpr (std::is_unsigned_v<Number>) {
    std::int64_t negative = -1;
    if (error != simdjson::SUCCESS && in.get_int64().get(negative) == simdjson::SUCCESS && negative == 0) [[unlikely]] {
      error = simdjson::SUCCESS;  // "-0"
      wide = 0;
    }
  }
  if (error != simdjson::SUCCESS || !std::in_range<Number>(wide)) [[unlikely]] {
    wrong_type(in, "a whole number from " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()),
               simdjson::NUMBER_OUT_OF_RANGE);
  }
  const auto number = static_cast<Number>(wide);
  std::memcpy(into, &number, sizeof number);
}

std::int64_t Reader::int64(Value& in) {
  std::int64_t number = 0;
  integer<std::int64_t>(in, &number);
  return number;
}

template <class Number>
void Reader::floating(Value& in, void* into) {
  double number = 0;
  floating_number(in, number);
  if constexpr (std::is_same_v<Number, float>) {
    // Not by way of the double: rounding twice can give the neighbour of the nearest float.
    const std::string_view token = in.raw_json_token();
    float narrow = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), narrow);
    if (error == std::errc::result_out_of_range && std::abs(number) < 1) narrow = static_cast<float>(number);
    else if (error != std::errc{} || std::isinf(narrow))
      wrong_type(in, "a number that fits a float", simdjson::NUMBER_ERROR);
    *static_cast<float*>(into) = narrow;
  } else {
    *static_cast<double*>(into) = number;
  }
}

void Reader::list(Value& in, const ListType& type, void* into) {
  const auto elements = array(in, "an array");
  enter(in);
  type.clear(into);
  each(elements, [&](Value& element) { value(element, *type.element, type.append(into)); });
  leave();
}

void Reader::object(Value& in, const ObjectType& type, void* into) {
  ondemand::object members_in;
  if (const auto error = in.get_object().get(members_in)) {
    wrong_type(in, "an object (" + std::string{type.name} + ")", error);
  }
  enter(in);
  void* fields[reflect::detail::kMaxFields];
  type.fields(into, fields);
  std::uint64_t seen = 0;
  std::size_t next = 0;  // fields mostly come in the order of declaration
  for (auto result : members_in) {
    check(result.error());
    auto&& field = std::move(result).value_unsafe();
    const auto raw = field.key();
    std::size_t index = next;
    if (next == type.size || !is_key(raw.raw(), type.names[next])) {
      std::string_view name;
      check(field.unescaped_key().get(name), raw.raw());
      for (index = 0; index < type.size && type.names[index] != name; ++index) {
      }
      if (index == type.size) {
        skip(field.value());
        continue;
      }
    }
    const std::uint64_t bit = std::uint64_t{1} << index;
    if ((seen & bit) != 0) fail(raw.raw(), "the field is there twice");
    seen |= bit;
    value(field.value(), *type.types[index], fields[index]);
    next = index + 1;
  }
  leave();
}

/// On-demand parsing does not look into what it skips, so what is ignored is parsed all the same.
void Reader::skip(Value& in) {
  ondemand::json_type kind{};
  check(in.type().get(kind));
  switch (kind) {
    case ondemand::json_type::object: {
      enter(in);
      for (auto result : members(in, "an object")) {
        check(result.error());
        auto&& field = std::move(result).value_unsafe();
        const char* const key_at = field.key().raw();
        std::string_view name;
        check(field.unescaped_key().get(name), key_at);
        skip(field.value());
      }
      return leave();
    }
    case ondemand::json_type::array:
      enter(in);
      each(array(in, "an array"), [&](Value& element) { skip(element); });
      return leave();
    case ondemand::json_type::string: text(in, "a string"); return;
    case ondemand::json_type::number: {
      double number = 0;
      return floating_number(in, number);
    }
    case ondemand::json_type::boolean: {
      bool flag = false;
      if (const auto error = in.get_bool().get(flag)) wrong_type(in, "true or false", error);
      return;
    }
    case ondemand::json_type::null:
      if (!is_null(in)) wrong_type(in, "null", simdjson::INCORRECT_TYPE);
  }
}

void read(std::string_view text, const Type& type, void* into) {
  constexpr std::size_t kKeep = 1 << 20;  // a rare large document shall not hold its memory for ever
  struct PerThread {
    Workspace workspace;
    bool busy = false;
  };
  thread_local PerThread thread;
  PerThread& mine = thread;
  if (mine.busy) {  // a default value that is itself read from JSON
    Workspace own;
    return Reader{own, text}.read(type, into);
  }
  struct Use {
    PerThread& mine;
    ~Use() {
      mine.busy = false;
      if (mine.workspace.capacity > kKeep) mine.workspace = Workspace();
    }
  } use{mine};
  mine.busy = true;
  Reader{mine.workspace, text}.read(type, into);
}

}  // namespace leftfold::inline v0::json
