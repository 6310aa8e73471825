// SPDX-License-Identifier: Apache-2.0
// Whether a type can be stored as JSON, as an answer instead of a compile error.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include <leftfold/json/describe.h>
#include <leftfold/reflect.h>

namespace leftfold::inline v0::json {

namespace detail {

/// The structs around a type, which may contain themselves.
template <class... T>
struct Around {};
template <class T, class A>
inline constexpr bool kIsAround = false;
template <class T, class... A>
inline constexpr bool kIsAround<T, Around<A...>> = (std::same_as<T, A> || ...);

template <class T, class A>
struct IsStorable;

template <class T, class... A>
consteval bool struct_is_storable(Around<A...>) {
  if constexpr (reflect::detail::HasBaseWithData<T>) {
    return false;
  } else {
    constexpr std::size_t fields = reflect::detail::count_initialisers<T>();
    if constexpr (fields > reflect::detail::kMaxFields) {
      return false;
    } else if constexpr (!reflect::detail::takes_without_flattening<T>(std::make_index_sequence<fields>{})) {
      return false;
    } else {
      return decltype(reflect::visit_fields(std::declval<T&>(), []<class... Field>(Field&...) {
        return std::bool_constant<((!std::is_const_v<Field> && std::is_default_constructible_v<Field> &&
                                    IsStorable<Field, Around<T, A...>>::value) &&
                                   ...)>{};
      }))::value;
    }
  }
}

template <class T, class A>
consteval bool is_storable() {
  if constexpr (std::same_as<T, bool> || Integer<T> || std::same_as<T, float> || std::same_as<T, double> ||
                std::same_as<T, std::string> || std::same_as<T, Uuid> || std::same_as<T, Version> ||
                std::same_as<T, Position> || std::same_as<T, std::monostate> || kIsAround<T, A>) {
    return true;
  } else if constexpr (std::is_enum_v<T>) {
    return requires { T{0}; };
  } else if constexpr (std::is_class_v<T> && std::is_aggregate_v<T>) {
    return struct_is_storable<T>(A{});
  } else {
    return false;
  }
}

/// An alternative with a name of its own, as tag_of wants it.
template <class T>
inline constexpr bool kHasTag =
    std::same_as<T, std::monostate> || std::same_as<T, bool> || std::same_as<T, std::string> || Integer<T> ||
    ((std::is_enum_v<T> || std::is_aggregate_v<T> || std::same_as<T, float> || std::same_as<T, double> ||
      std::same_as<T, Uuid> || std::same_as<T, Version> || std::same_as<T, Position>) &&
     !requires { typename std::tuple_size<T>::type; });

template <class... T>
consteval bool have_different_tags() {
  if constexpr ((kHasTag<T> && ...)) {
    return all_different(std::array<std::string_view, sizeof...(T)>{tag_of<T>()...});
  } else {
    return false;
  }
}

template <class Rep, class Period>
inline constexpr bool kIsStorableTime =
    std::integral<Rep> && (std::is_signed_v<Rep> || sizeof(Rep) < 8) && fraction_digits(Period::den) >= 0;

template <class T, class A>
struct IsStorable : std::bool_constant<is_storable<T, A>()> {};
template <class A>
struct IsStorable<Bytes, A> : std::true_type {};
template <class T, class A>
struct IsStorable<std::optional<T>, A> : std::bool_constant<!kMayBeNull<T> && IsStorable<T, A>::value> {};
template <class T, class Allocator, class A>
struct IsStorable<std::vector<T, Allocator>, A> : IsStorable<T, A> {};
template <class T, std::size_t size, class A>
struct IsStorable<std::array<T, size>, A> : IsStorable<T, A> {};
template <MapLike Map, class A>
struct IsStorable<Map, A>
    : std::bool_constant<(std::same_as<typename Map::key_type, std::string> || std::is_enum_v<typename Map::key_type> ||
                          std::same_as<typename Map::key_type, Uuid>) &&
                         IsStorable<typename Map::key_type, A>::value &&
                         IsStorable<typename Map::mapped_type, A>::value> {};
template <SetLike Set, class A>
struct IsStorable<Set, A> : IsStorable<typename Set::key_type, A> {};
template <class... T, class A>
struct IsStorable<std::variant<T...>, A>
    : std::bool_constant<(IsStorable<T, A>::value && ...) && have_different_tags<T...>()> {};
template <class Rep, class Period, class A>
struct IsStorable<std::chrono::duration<Rep, Period>, A> : std::bool_constant<kIsStorableTime<Rep, Period>> {};
template <class Rep, class Period, class A>
struct IsStorable<std::chrono::sys_time<std::chrono::duration<Rep, Period>>, A>
    : std::bool_constant<kIsStorableTime<Rep, Period>> {};

}  // namespace detail

/// T can be stored as JSON: to_json and from_json compile (json.h says for what).
template <class T>
concept Storable = std::default_initializable<T> && detail::IsStorable<T, detail::Around<>>::value;

}  // namespace leftfold::inline v0::json
