// SPDX-License-Identifier: Apache-2.0
// DynamoDB's attribute values, typed and exact.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0::dynamodb {

struct AttributeValue;
struct Attribute;

struct Null {
  bool operator==(const Null&) const = default;
};

/// A number as its decimal text: what was written is what is sent, never by way of a double.
struct Number {
  std::string text;
  bool operator==(const Number&) const = default;
};

using List = std::vector<AttributeValue>;
/// Names and values in the order they were written or read; DynamoDB keeps no order.
using Map = std::vector<Attribute>;
using Item = Map;

struct StringSet {
  std::vector<std::string> values;
  bool operator==(const StringSet&) const = default;
};
struct NumberSet {
  std::vector<Number> values;
  bool operator==(const NumberSet&) const = default;
};
struct BytesSet {
  std::vector<Bytes> values;
  bool operator==(const BytesSet&) const = default;
};

/// A map that was read as the plain JSON it stands for: see Documents. Never sent.
struct JsonText {
  std::string text;
  bool operator==(const JsonText&) const = default;
};

/// One value: NULL, BOOL, S, N, B, L, M, SS, NS or BS. Plain value.
struct AttributeValue {
  using Held =
      std::variant<Null, bool, std::string, Number, Bytes, List, Map, StringSet, NumberSet, BytesSet, JsonText>;
  Held held;

  // Defined below: they need Attribute whole. Implicit ones make values of what they hold, so that items are written as
  // lists of values.
  AttributeValue();
  AttributeValue(const AttributeValue& other);
  AttributeValue(AttributeValue&& other) noexcept;
  AttributeValue& operator=(const AttributeValue& other);
  AttributeValue& operator=(AttributeValue&& other) noexcept;
  ~AttributeValue();
  AttributeValue(Held value);
  AttributeValue(Null);
  AttributeValue(std::string text);
  AttributeValue(std::string_view text);
  AttributeValue(const char* text);
  AttributeValue(Number number);
  AttributeValue(Bytes bytes);
  template <std::same_as<bool> Flag>  // not by way of a pointer or a number
  AttributeValue(Flag flag) : held{flag} {}
  AttributeValue(Map map);
  AttributeValue(List list);

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&held);
  }
  bool operator==(const AttributeValue&) const;
};

struct Attribute {
  std::string name;
  AttributeValue value;
  bool operator==(const Attribute&) const;
};

inline AttributeValue::AttributeValue() = default;
inline AttributeValue::AttributeValue(const AttributeValue& other) = default;
inline AttributeValue::AttributeValue(AttributeValue&& other) noexcept = default;
inline AttributeValue& AttributeValue::operator=(const AttributeValue& other) = default;
inline AttributeValue& AttributeValue::operator=(AttributeValue&& other) noexcept = default;
inline AttributeValue::~AttributeValue() = default;
inline AttributeValue::AttributeValue(Held value) : held{std::move(value)} {}
inline AttributeValue::AttributeValue(Null) {}
inline AttributeValue::AttributeValue(std::string text) : held{std::move(text)} {}
inline AttributeValue::AttributeValue(std::string_view text) : held{std::string{text}} {}
inline AttributeValue::AttributeValue(const char* text) : held{std::string{text}} {}
inline AttributeValue::AttributeValue(Number number) : held{std::move(number)} {}
inline AttributeValue::AttributeValue(Bytes bytes) : held{std::move(bytes)} {}

/// A whole number as DynamoDB takes it.
[[nodiscard]] Number number(std::int64_t value);

/// The attribute called `name`, null when there is none. A pointer into `map`.
[[nodiscard]] const AttributeValue* find(const Map& map, std::string_view name);

/// Typed looks at one attribute: null (or empty) when it is missing or of another type.
[[nodiscard]] const std::string* find_text(const Map& map, std::string_view name);
[[nodiscard]] const Bytes* find_bytes(const Map& map, std::string_view name);
[[nodiscard]] const Map* find_map(const Map& map, std::string_view name);
[[nodiscard]] const List* find_list(const Map& map, std::string_view name);
/// Also empty for a number that is no 64-bit integer.
[[nodiscard]] std::optional<std::int64_t> find_integer(const Map& map, std::string_view name);
[[nodiscard]] std::optional<bool> find_flag(const Map& map, std::string_view name);

/// An id as an item holds it: its 16 bytes.
[[nodiscard]] Bytes bytes_of(const Uuid& id);
/// Empty when it is missing or something else.
[[nodiscard]] std::optional<Uuid> find_uuid(const Map& map, std::string_view name);

/// The size DynamoDB bills and limits, in bytes, names included.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
[[nodiscard]] std::size_t item_size(const Item& item);

/// Names of attributes whose maps are wanted as JSON alone.
using Documents = std::span<const std::string_view>;

inline constexpr std::size_t kMaxItemBytes = std::size_t{400} * 1024;
inline constexpr std::size_t kMaxTransactionItems = 100;
inline constexpr std::size_t kMaxTransactionBytes = std::size_t{4} * 1024 * 1024;
inline constexpr int kMaxDepth = 32;  ///< an attribute's own value is level 1

}  // namespace leftfold::inline v0::dynamodb
