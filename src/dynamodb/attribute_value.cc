// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/attribute_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace leftfold::inline v0::dynamodb {
namespace {

template <class T>
const T* find_as(const Map& map, std::string_view name) {
  const AttributeValue* const value = find(map, name);
  return value == nullptr ? nullptr : value->as<T>();
}

struct Size {
  std::size_t operator()(const Null&) const { return 1; }
  std::size_t operator()(bool) const { return 1; }
  std::size_t operator()(const std::string& text) const { return text.size(); }
  // A byte for two digits, one for the exponent, one for a minus; trailing zeros count here, so this is the most.
  std::size_t operator()(const Number& n) const {
    const auto digits = std::ranges::count_if(n.text, [](char c) { return c >= '0' && c <= '9'; });
    return (static_cast<std::size_t>(digits) + 1) / 2 + 1 + (n.text.starts_with('-') ? 1 : 0);
  }
  std::size_t operator()(const Bytes& bytes) const { return bytes.size(); }
  std::size_t operator()(const List& list) const {
    std::size_t all = 3;
    for (const AttributeValue& element : list) all += 1 + std::visit(*this, element.held);
    return all;
  }
  std::size_t operator()(const Map& map) const {
    std::size_t all = 3;
    for (const Attribute& member : map) all += 1 + member.name.size() + std::visit(*this, member.value.held);
    return all;
  }
  std::size_t operator()(const JsonText& json) const { return json.text.size(); }  // about: it is never sent
  template <class Set>
  std::size_t operator()(const Set& set) const {
    std::size_t all = 0;
    for (const auto& element : set.values) all += (*this)(element);
    return all;
  }
};

}  // namespace

AttributeValue::AttributeValue(Map map) : held{std::move(map)} {}
AttributeValue::AttributeValue(List list) : held{std::move(list)} {}
bool AttributeValue::operator==(const AttributeValue&) const = default;
bool Attribute::operator==(const Attribute&) const = default;

Number number(std::int64_t value) { return {std::to_string(value)}; }

const AttributeValue* find(const Map& map, std::string_view name) {
  const auto found = std::ranges::find(map, name, &Attribute::name);
  return found == map.end() ? nullptr : &found->value;
}

const std::string* find_text(const Map& map, std::string_view name) { return find_as<std::string>(map, name); }
const Bytes* find_bytes(const Map& map, std::string_view name) { return find_as<Bytes>(map, name); }
const Map* find_map(const Map& map, std::string_view name) { return find_as<Map>(map, name); }
const List* find_list(const Map& map, std::string_view name) { return find_as<List>(map, name); }

std::optional<std::int64_t> find_integer(const Map& map, std::string_view name) {
  const auto* const found = find_as<Number>(map, name);
  if (found == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = found->text.data() + found->text.size();
  const auto [rest, error] = std::from_chars(found->text.data(), end, value);
  return error == std::errc{} && rest == end ? std::optional{value} : std::nullopt;
}

std::optional<bool> find_flag(const Map& map, std::string_view name) {
  const bool* const flag = find_as<bool>(map, name);
  return flag == nullptr ? std::nullopt : std::optional{*flag};
}

Bytes bytes_of(const Uuid& id) {
  Bytes bytes(id.bytes().size());
  std::memcpy(bytes.data(), id.bytes().data(), bytes.size());
  return bytes;
}

std::optional<Uuid> find_uuid(const Map& map, std::string_view name) {
  const Bytes* const bytes = find_bytes(map, name);
  std::array<std::uint8_t, 16> raw{};
  if (bytes == nullptr || bytes->size() != raw.size()) return std::nullopt;
  std::memcpy(raw.data(), bytes->data(), raw.size());
  return Uuid{raw};
}

std::size_t item_size(const Item& item) {
  std::size_t all = 0;
  for (const Attribute& attribute : item) all += attribute.name.size() + std::visit(Size{}, attribute.value.held);
  return all;
}

}  // namespace leftfold::inline v0::dynamodb
