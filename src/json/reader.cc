#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include <leftfold/json.h>

#include "json/base64.h"
#include "json/json_path.h"
#include "json/time_text.h"

namespace leftfold::json {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

/// What one thread keeps between documents: the parser's memory, and a copy of the text with the margin it needs.
struct Workspace {
  ondemand::parser parser{};
  std::unique_ptr<char[]> copy;
  std::size_t capacity = 0;
};

/// Reads one document, which it wraps into "[...]": so a lone number or string is a value like any other, and whatever
/// follows the value is an element too many.
class Reader {
 public:
  Reader(Workspace& workspace, std::string_view text) : workspace_{workspace}, text_{text} {}

  void read(const Type& type, void* into);

 private:
  using Value = ondemand::value;

  void value(Value& in, const Type& type, void* into);
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
  void enumeration(std::string_view name, const char* at, const EnumType& type, void* into);
  void key(std::string_view name, const char* at, const Type& type, void* into);
  void skip(Value& in);

  std::int64_t int64(Value& in);
  std::string_view string(Value& in, std::string_view expected);
  ondemand::array array(Value& in, std::string_view expected);
  ondemand::object members(Value& in, std::string_view expected);
  template <class Element>
  void each(ondemand::array elements, Element element);
  static bool is_null(Value& in);
  static const char* place(Value& in) { return in.raw_json_token().data(); }

  void enter(Value& in);
  void leave() { --depth_; }
  void check(error_code error, const char* at = nullptr) {
    if (error != simdjson::SUCCESS) [[unlikely]] malformed(error, at);
  }
  [[noreturn]] void malformed(error_code error, const char* at);
  [[noreturn]] void wrong_type(Value& in, std::string_view expected, error_code error);
  [[noreturn]] void fail(const char* at, std::string_view problem) const;

  Workspace& workspace_;
  std::string_view text_;
  ondemand::document document_;
  int depth_ = 0;
};

/// The first byte of `text` that is not UTF-8 (RFC 3629). Only asked for text that has one.
std::size_t first_bad_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t size = 1;
    while (size < 4 && at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0U) == 0x80U) ++size;
    if (!simdjson::validate_utf8(text.data() + at, size)) break;
    at += size;
  }
  return at;
}

/// The first control character inside a string. Only asked for text that has one.
std::size_t first_control_character(std::string_view text) {
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') in_string = !in_string;
    if (!in_string) continue;
    if (text[at] == '\\') ++at;
    else if (static_cast<unsigned char>(text[at]) < 0x20) return at;
  }
  return text.size();
}

/// A JSON number, by the grammar of RFC 8259.
bool is_number(std::string_view token) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
    return at - begin;
  };
  if (token.starts_with('-')) ++at;
  const bool zero = at < token.size() && token[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == token.size();
}

/// Some bytes of the text for a message.
std::string excerpt(std::string_view token) {
  constexpr std::size_t kMost = 40;
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() <= kMost) return std::string{token};
  std::size_t size = kMost;
  while (size > 0 && (static_cast<unsigned char>(token[size]) & 0xC0U) == 0x80U) --size;  // not inside a character
  return std::string{token.substr(0, size)} + "...";
}

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
    value(root, type, into);
    any = true;
  }
  if (!any) fail(copy + 1, "malformed JSON: the text is empty");
  const char* rest = nullptr;
  if (document_.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) {
    fail(rest, "malformed JSON: something follows the document");
  }
}

void Reader::value(Value& in, const Type& type, void* into) {
  switch (type.kind) {
    case Kind::null:
      if (!is_null(in)) wrong_type(in, "null", simdjson::INCORRECT_TYPE);
      return;
    case Kind::boolean: {
      bool flag = false;
      if (const auto error = in.get_bool().get(flag)) wrong_type(in, "true or false", error);
      *static_cast<bool*>(into) = flag;
      return;
    }
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
    case Kind::string: static_cast<std::string*>(into)->assign(string(in, "a string")); return;
    case Kind::bytes:
      if (!read_base64(string(in, "base64 text"), *static_cast<Bytes*>(into))) {
        wrong_type(in, "base64 text with padding", simdjson::INCORRECT_TYPE);
      }
      return;
    case Kind::uuid: return uuid(in, into);
    case Kind::version: *static_cast<Version*>(into) = Version{int64(in)}; return;
    case Kind::position: *static_cast<Position*>(into) = Position{int64(in)}; return;
    case Kind::optional: {
      const auto& optional = static_cast<const OptionalType&>(type);
      if (is_null(in)) return optional.reset(into);
      return value(in, *optional.element, optional.emplace(into));
    }
    case Kind::list: return list(in, static_cast<const ListType&>(type), into);
    case Kind::bits: return bits(in, static_cast<const BitsType&>(type), into);
    case Kind::array: return fixed_array(in, static_cast<const ArrayType&>(type), into);
    case Kind::map: return map(in, static_cast<const MapType&>(type), into);
    case Kind::set: return set(in, static_cast<const SetType&>(type), into);
    case Kind::object: return object(in, static_cast<const ObjectType&>(type), into);
    case Kind::enumeration: {
      const auto& enumeration_type = static_cast<const EnumType&>(type);
      std::string_view name;
      if (const auto error = in.get_string().get(name)) {
        wrong_type(in, "the name of a value of enum " + std::string{enumeration_type.name}, error);
      }
      return enumeration(name, place(in), enumeration_type, into);
    }
    case Kind::variant: return variant(in, static_cast<const VariantType&>(type), into);
    case Kind::time:
    case Kind::duration: return time(in, static_cast<const TimeType&>(type), into);
  }
}

template <class Number>
void Reader::integer(Value& in, void* into) {
  using Limits = std::numeric_limits<Number>;
  using Wide = std::conditional_t<std::is_signed_v<Number>, std::int64_t, std::uint64_t>;
  Wide wide = 0;
  error_code error = simdjson::SUCCESS;
  if constexpr (std::is_signed_v<Number>) error = in.get_int64().get(wide);
  else error = in.get_uint64().get(wide);
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
  if (const auto error = in.get_double().get(number)) wrong_type(in, "a number that fits a double", error);
  if constexpr (std::is_same_v<Number, float>) {
    // Not by way of the double: rounding twice can give the neighbour of the nearest float.
    const std::string_view token = in.raw_json_token();
    float narrow = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), narrow);
    if (error == std::errc::result_out_of_range && std::abs(number) < 1) narrow = static_cast<float>(number);
    else if (error != std::errc{} || std::isinf(narrow)) wrong_type(in, "a number that fits a float", simdjson::NUMBER_ERROR);
    *static_cast<float*>(into) = narrow;
  } else {
    *static_cast<double*>(into) = number;
  }
}

std::string_view Reader::string(Value& in, std::string_view expected) {
  std::string_view text;
  if (const auto error = in.get_string().get(text)) wrong_type(in, expected, error);
  return text;
}

ondemand::array Reader::array(Value& in, std::string_view expected) {
  ondemand::array elements;
  if (const auto error = in.get_array().get(elements)) wrong_type(in, expected, error);
  return elements;
}

ondemand::object Reader::members(Value& in, std::string_view expected) {
  ondemand::object fields;
  if (const auto error = in.get_object().get(fields)) wrong_type(in, expected, error);
  return fields;
}

bool Reader::is_null(Value& in) {
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

void Reader::enter(Value& in) {
  if (++depth_ > kMaxDepth) [[unlikely]] fail(place(in), "arrays and objects are nested deeper than 32");
}

void Reader::list(Value& in, const ListType& type, void* into) {
  const auto elements = array(in, "an array");
  enter(in);
  type.clear(into);
  each(elements, [&](Value& element) { value(element, *type.element, type.append(into)); });
  leave();
}

void Reader::bits(Value& in, const BitsType& type, void* into) {
  constexpr Type kBool{Kind::boolean};
  const auto elements = array(in, "an array");
  enter(in);
  type.clear(into);
  each(elements, [&](Value& element) {
    bool bit = false;
    value(element, kBool, &bit);
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
    if (size == type.size) fail(place(in), "expected an array of " + std::to_string(type.size) + " elements, found more");
    value(element, *type.element, first + type.stride * size++);
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
      reader.value(*next, element_type, place);
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
    value(field.value(), *type.mapped, mapped);
  }
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
    if (next == type.size || !raw.unsafe_is_equal(type.names[next])) {
      std::string_view name;
      check(field.unescaped_key().get(name), raw.raw());
      for (index = 0; index < type.size && type.names[index] != name; ++index) {}
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
    value(field.value(), *type.types[index], type.emplace(into, index));
    any = true;
  }
  if (!any) fail(place(in), "expected " + expected() + ", found an empty object");
  leave();
}

void Reader::time(Value& in, const TimeType& type, void* into) {
  const bool is_time = type.kind == Kind::time;
  const std::string_view expected = is_time ? "a time like \"2026-11-23T09:41:07.5Z\"" : "a duration like \"PT1.5S\"";
  const std::string_view text = string(in, expected);
  std::int64_t ticks = 0;
  switch (is_time ? read_time(text, type, ticks) : read_duration(text, type, ticks)) {
    case TimeText::good:
      if (type.set(into, ticks)) return;
      [[fallthrough]];
    case TimeText::out_of_range: fail(place(in), "\"" + excerpt(text) + "\" is out of the range of the field");
    case TimeText::too_precise: fail(place(in), "\"" + excerpt(text) + "\" is more precise than the field can hold");
    case TimeText::malformed: wrong_type(in, expected, simdjson::INCORRECT_TYPE);
  }
}

void Reader::uuid(Value& in, void* into) {
  const auto parsed = Uuid::parse(string(in, "a UUID"));
  if (!parsed) wrong_type(in, "a UUID of 36 characters", simdjson::INCORRECT_TYPE);
  *static_cast<Uuid*>(into) = *parsed;
}

void Reader::enumeration(std::string_view name, const char* at, const EnumType& type, void* into) {
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
    enumeration(name, at, static_cast<const EnumType&>(type), into);
  } else {
    const auto parsed = Uuid::parse(name);
    if (!parsed) fail(at, "expected a UUID of 36 characters as key, found \"" + excerpt(name) + "\"");
    *static_cast<Uuid*>(into) = *parsed;
  }
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
    case ondemand::json_type::string: string(in, "a string"); return;
    case ondemand::json_type::number: {
      double number = 0;
      if (const auto error = in.get_double().get(number)) wrong_type(in, "a number that fits a double", error);
      return;
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

void Reader::malformed(error_code error, const char* at) {
  const char* const begin = workspace_.copy.get() + 1;
  switch (error) {
    case simdjson::UTF8_ERROR: fail(begin + first_bad_utf8(text_), "malformed JSON: the text is not UTF-8");
    case simdjson::UNESCAPED_CHARS:
      fail(begin + first_control_character(text_), "malformed JSON: a control character in a string must be escaped");
    case simdjson::UNCLOSED_STRING: fail(begin + text_.size(), "malformed JSON: the text ends within a string");
    case simdjson::STRING_ERROR: fail(at, "malformed JSON: a string holds an escape that is not valid");
    case simdjson::CAPACITY: fail(begin, "the text is too long");
    default: break;
  }
  if (at == nullptr && document_.current_location().get(at) != simdjson::SUCCESS) at = begin + text_.size();
  if (at >= begin + text_.size()) fail(at, "malformed JSON: the text ends too early");
  const auto rest = text_.substr(at < begin ? 0 : static_cast<std::size_t>(at - begin));
  fail(at, "malformed JSON near '" + excerpt(rest.substr(0, 20)) + "'");
}

void Reader::wrong_type(Value& in, std::string_view expected, error_code error) {
  const std::string_view token = in.raw_json_token();
  const char* const at = token.data();
  std::string found = excerpt(token);
  switch (token.empty() ? '\0' : token.front()) {
    case '{': found = "an object"; break;
    case '[': found = "an array"; break;
    case '"':
      if (error == simdjson::STRING_ERROR) malformed(error, at);
      found = "the string " + found;
      break;
    case 't':
    case 'f':
    case 'n':
      if (found != "true" && found != "false" && found != "null") malformed(simdjson::TAPE_ERROR, at);
      break;
    default:
      if (!is_number(excerpt(token))) malformed(simdjson::TAPE_ERROR, at);
      found = "the number " + found;
  }
  fail(place(in), "expected " + std::string{expected} + ", found " + found);
}

void Reader::fail(const char* at, std::string_view problem) const {
  const char* const begin = workspace_.copy.get() + 1;
  const std::size_t offset = at == nullptr ? text_.size() : at < begin ? 0 : static_cast<std::size_t>(at - begin);
  throw JsonError{path_at(text_, offset), problem};
}

}  // namespace

void read(std::string_view text, const Type& type, void* into) {
  constexpr std::size_t kKeep = 1 << 20;  // a rare large document shall not hold its memory for ever
  thread_local Workspace shared;
  thread_local bool busy = false;
  if (busy) {  // a default value that is itself read from JSON
    Workspace own;
    return Reader{own, text}.read(type, into);
  }
  struct Use {
    Use() { busy = true; }
    ~Use() {
      busy = false;
      if (shared.capacity > kKeep) shared = Workspace();
    }
  } use;
  Reader{shared, text}.read(type, into);
}

}  // namespace leftfold::json
