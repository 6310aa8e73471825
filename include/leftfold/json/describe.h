// SPDX-License-Identifier: Apache-2.0
// Builds the description (type.h) of every type that can be stored.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/json/enum_names.h>
#include <leftfold/json/type.h>
#include <leftfold/reflect.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0::json {

/// Description<T>::value describes T. The primary template is that of plain structs.
template <class T>
struct Description;

namespace detail {

template <class T>
concept CharacterType = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                        std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !CharacterType<T> && sizeof(T) <= 8;
template <class T>
concept MapLike = requires(T map, typename T::key_type key) {
  typename T::mapped_type;
  map.try_emplace(std::move(key)).second;
};
template <class T>
concept SetLike = std::same_as<typename T::key_type, typename T::value_type> &&
                  requires(T set, typename T::key_type key) { set.insert(std::move(key)).second; };

template <Integer T>
consteval Kind kind_of_integer() {
  if constexpr (std::is_signed_v<T>) {
    return sizeof(T) == 1 ? Kind::int8 : sizeof(T) == 2 ? Kind::int16 : sizeof(T) == 4 ? Kind::int32 : Kind::int64;
  } else {
    return sizeof(T) == 1 ? Kind::uint8 : sizeof(T) == 2 ? Kind::uint16 : sizeof(T) == 4 ? Kind::uint32 : Kind::uint64;
  }
}

template <class T>
const T& as(const void* value) {
  return *static_cast<const T*>(value);
}
template <class T>
T& as(void* value) {
  return *static_cast<T*>(value);
}

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kMayBeNull = kIsOptional<T> || std::same_as<T, std::monostate>;
template <class... T>
inline constexpr bool kMayBeNull<std::variant<T...>> = (std::same_as<T, std::monostate> || ...);

/// Checks one field of a struct: named so that the compiler prints both types beside the message.
template <class Struct, class Field>
struct StoredField {
  static_assert(!std::is_array_v<Field>, "leftfold: a C array cannot be stored: use std::array");
  static_assert(!std::is_pointer_v<Field> && !std::is_reference_v<Field>,
                "leftfold: a pointer or reference cannot be stored: use a value, std::optional or std::vector");
  static_assert(!std::is_const_v<Field>, "leftfold: a const field cannot be read back: remove const");
  static_assert(!CharacterType<Field>, "leftfold: a character type cannot be stored: use std::string or std::int8_t");
  static_assert(!std::is_same_v<Field, long double> && (!std::is_integral_v<Field> || sizeof(Field) <= 8),
                "leftfold: long double and integers of more than 64 bits cannot be stored");
  static_assert(!std::is_same_v<Field, std::byte>, "leftfold: a single std::byte cannot be stored: use std::uint8_t");
  static_assert(std::is_default_constructible_v<Field>,
                "leftfold: a field whose type has no default constructor cannot be stored");
  static constexpr const Type* kType = &Description<Field>::value;
};

template <class T>
void addresses_of_fields(void* object, [[maybe_unused]] void** addresses) {
  reflect::visit_fields(as<T>(object), [addresses](auto&... field) {
    [[maybe_unused]] std::size_t next = 0;
    ((addresses[next++] = &field), ...);
  });
}

/// An array that may be empty.
template <class T, std::size_t size>
struct Table {
  T items[size == 0 ? 1 : size];
};

/// Apart from Description<T>, whose members must not need each other to be complete: a struct may contain itself.
template <class T>
struct StructTables {
  static constexpr auto kNames = reflect::field_names<T>();
  static constexpr auto kTypes = reflect::visit_fields(reflect::detail::nowhere<T>.value, [](const auto&... field) {
    return Table<const Type*, sizeof...(field)>{{StoredField<T, std::remove_cvref_t<decltype(field)>>::kType...}};
  });
};

}  // namespace detail

template <class T>
struct Description {
  static_assert(std::is_class_v<T>, "leftfold: a value of this type cannot be stored as JSON");
  static constexpr ObjectType value{{Kind::object},
                                    reflect::type_name<T>(),
                                    detail::StructTables<T>::kNames.size(),
                                    detail::StructTables<T>::kNames.data(),
                                    detail::StructTables<T>::kTypes.items,
                                    &detail::addresses_of_fields<T>};
};

template <>
struct Description<bool> {
  static constexpr Type value{Kind::boolean};
};
template <>
struct Description<float> {
  static constexpr Type value{Kind::float32};
};
template <>
struct Description<double> {
  static constexpr Type value{Kind::float64};
};
template <>
struct Description<std::string> {
  static constexpr Type value{Kind::string};
};
template <>
struct Description<Bytes> {
  static constexpr Type value{Kind::bytes};
};
template <>
struct Description<Uuid> {
  static constexpr Type value{Kind::uuid};
};
template <>
struct Description<Version> {
  static constexpr Type value{Kind::version};
};
template <>
struct Description<Position> {
  static constexpr Type value{Kind::position};
};
template <>
struct Description<std::monostate> {
  static constexpr Type value{Kind::null};
};

template <detail::Integer T>
struct Description<T> {
  static constexpr Type value{detail::kind_of_integer<T>()};
};

template <class T>
struct Description<std::optional<T>> {
  static_assert(!detail::kMayBeNull<T>, "leftfold: an optional of something that can itself be null cannot be stored");
  using Optional = std::optional<T>;
  static constexpr OptionalType value{{Kind::optional},
                                      &Description<T>::value,
                                      [](const void* optional) -> const void* {
                                        const auto& held = detail::as<Optional>(optional);
                                        return held ? &*held : nullptr;
                                      },
                                      [](void* optional) -> void* { return &detail::as<Optional>(optional).emplace(); },
                                      [](void* optional) { detail::as<Optional>(optional).reset(); }};
};

template <class T, class Allocator>
struct Description<std::vector<T, Allocator>> {
  using List = std::vector<T, Allocator>;
  static constexpr ListType value{{Kind::list},
                                  &Description<T>::value,
                                  sizeof(T),
                                  [](const void* list, std::size_t& size) -> const void* {
                                    size = detail::as<List>(list).size();
                                    return detail::as<List>(list).data();
                                  },
                                  [](void* list) { detail::as<List>(list).clear(); },
                                  [](void* list) -> void* { return &detail::as<List>(list).emplace_back(); }};
};

template <class Allocator>
struct Description<std::vector<bool, Allocator>> {
  using Bits = std::vector<bool, Allocator>;
  static constexpr BitsType value{
      {Kind::bits},
      [](const void* bits) -> std::size_t { return detail::as<Bits>(bits).size(); },
      [](const void* bits, std::size_t index) -> bool { return detail::as<Bits>(bits)[index]; },
      [](void* bits) { detail::as<Bits>(bits).clear(); },
      [](void* bits, bool bit) { detail::as<Bits>(bits).push_back(bit); }};
};

template <class T, std::size_t size>
struct Description<std::array<T, size>> {
  static constexpr ArrayType value{{Kind::array}, &Description<T>::value, sizeof(T), size, [](void* array) -> void* {
                                     return detail::as<std::array<T, size>>(array).data();
                                   }};
};

template <detail::MapLike Map>
struct Description<Map> {
  using Key = typename Map::key_type;
  static_assert(std::is_same_v<Key, std::string> || std::is_enum_v<Key> || std::is_same_v<Key, Uuid>,
                "leftfold: the key of a stored map must be std::string, an enum or leftfold::Uuid");
  static constexpr MapType value{{Kind::map},
                                 &Description<Key>::value,
                                 &Description<typename Map::mapped_type>::value,
                                 [](const void* map, void* context, void (*visit)(void*, const void*, const void*)) {
                                   for (const auto& [key, mapped] : detail::as<Map>(map)) visit(context, &key, &mapped);
                                 },
                                 [](void* map) { detail::as<Map>(map).clear(); },
                                 [](void* map, void* context, Fill fill_key) -> void* {
                                   Key key{};
                                   fill_key(context, &key);
                                   const auto [place, added] = detail::as<Map>(map).try_emplace(std::move(key));
                                   return added ? &place->second : nullptr;
                                 }};
};

template <detail::SetLike Set>
struct Description<Set> {
  using Element = typename Set::key_type;
  static constexpr SetType value{{Kind::set},
                                 &Description<Element>::value,
                                 [](const void* set, void* context, Visit visit) {
                                   for (const Element& element : detail::as<Set>(set)) visit(context, &element);
                                 },
                                 [](void* set) { detail::as<Set>(set).clear(); },
                                 [](void* set, void* context, Fill fill) {
                                   Element element{};
                                   fill(context, &element);
                                   detail::as<Set>(set).insert(std::move(element));
                                 }};
};

template <class T>
  requires std::is_enum_v<T>
struct Description<T> {
  static constexpr const auto& kNames = reflect::enum_names<T>();
  static constexpr EnumType value{
      {Kind::enumeration},
      reflect::type_name<T>(),
      kNames.size(),
      kNames.data(),
      [](const void* enumeration) { return static_cast<std::int64_t>(detail::as<T>(enumeration)); },
      [](void* enumeration, int number) { detail::as<T>(enumeration) = static_cast<T>(number); }};
};

namespace detail {

template <std::size_t size>
consteval bool all_different(const std::array<std::string_view, size>& names) {
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = i + 1; k < size; ++k) {
      if (names[i] == names[k]) return false;
    }
  }
  return true;
}

/// The tag of an alternative: the name of its type, which must not depend on the compiler.
template <class T>
consteval std::string_view tag_of() {
  if constexpr (std::same_as<T, std::monostate>) {
    return {};
  } else if constexpr (std::same_as<T, bool>) {
    return "bool";
  } else if constexpr (std::same_as<T, std::string>) {
    return "string";
  } else if constexpr (Integer<T>) {
    constexpr std::string_view names[] = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"};
    return names[static_cast<int>(kind_of_integer<T>()) - static_cast<int>(Kind::int8)];
  } else {
    constexpr bool named = std::is_enum_v<T> || std::is_aggregate_v<T> || std::floating_point<T> ||
                           std::same_as<T, Uuid> || std::same_as<T, Version> || std::same_as<T, Position>;
    static_assert(
        named && !requires { typename std::tuple_size<T>::type; },
        "leftfold: an alternative of a stored variant needs a name of its own: put it into a struct");
    return reflect::type_name<T>();
  }
}

}  // namespace detail

template <class... T>
struct Description<std::variant<T...>> {
  using Variant = std::variant<T...>;
  static constexpr std::array<std::string_view, sizeof...(T)> kTags{detail::tag_of<T>()...};
  static_assert(detail::all_different(kTags),
                "leftfold: two alternatives of a stored variant have the same name, so they cannot be told apart");
  static constexpr const Type* kTypes[] = {&Description<T>::value...};
  static constexpr void* (*kEmplace[])(Variant&) = {
      [](Variant& variant) -> void* { return &variant.template emplace<T>(); }...};
  static constexpr VariantType value{
      {Kind::variant},
      sizeof...(T),
      kTags.data(),
      kTypes,
      [](const void* variant) -> std::size_t {
        const auto& held = detail::as<Variant>(variant);
        return held.valueless_by_exception() ? sizeof...(T) : held.index();
      },
      [](const void* variant) -> const void* {
        return std::visit([](const auto& alternative) -> const void* { return &alternative; },
                          detail::as<Variant>(variant));
      },
      [](void* variant, std::size_t index) -> void* { return kEmplace[index](detail::as<Variant>(variant)); }};
};

namespace detail {

/// The digits after the point that ticks of 1/denominator seconds need; -1 when no number of digits is enough.
consteval int fraction_digits(std::intmax_t denominator) {
  std::intmax_t power = 1;
  for (int digits = 0; digits <= 18; ++digits, power *= digits <= 18 ? 10 : 1) {
    if (power % denominator == 0) return digits;
  }
  return -1;
}

template <class Rep, class Period, class Get, class Set>
consteval TimeType describe_time(Kind kind, Get get, Set set) {
  static_assert(std::integral<Rep> && (std::is_signed_v<Rep> || sizeof(Rep) < 8),
                "leftfold: a time with a floating-point or unsigned 64-bit count cannot be stored exactly: "
                "use std::chrono::nanoseconds or the like");
  constexpr int digits = fraction_digits(Period::den);
  static_assert(digits >= 0, "leftfold: a time whose tick is no decimal fraction of a second cannot be stored");
  return TimeType{{kind}, Period::num, Period::den, digits, get, set};
}

}  // namespace detail

template <class Rep, class Period>
struct Description<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static constexpr TimeType value = detail::describe_time<Rep, Period>(
      Kind::duration, [](const void* time) { return static_cast<std::int64_t>(detail::as<Duration>(time).count()); },
      [](void* time, std::int64_t ticks) {
        if (!std::in_range<Rep>(ticks)) return false;
        detail::as<Duration>(time) = Duration{static_cast<Rep>(ticks)};
        return true;
      });
};

template <class Rep, class Period>
struct Description<std::chrono::sys_time<std::chrono::duration<Rep, Period>>> {
  using Duration = std::chrono::duration<Rep, Period>;
  using Time = std::chrono::sys_time<Duration>;
  static constexpr TimeType value = detail::describe_time<Rep, Period>(
      Kind::time,
      [](const void* time) { return static_cast<std::int64_t>(detail::as<Time>(time).time_since_epoch().count()); },
      [](void* time, std::int64_t ticks) {
        if (!std::in_range<Rep>(ticks)) return false;
        detail::as<Time>(time) = Time{Duration{static_cast<Rep>(ticks)}};
        return true;
      });
};

}  // namespace leftfold::inline v0::json
