// SPDX-License-Identifier: Apache-2.0
// What the compiler knows about plain structs and enums: their names and their fields, without macros or base classes.
// The names are cut out of __PRETTY_FUNCTION__; tests/unit/json/reflect_test.cc pins the texts of each compiler.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <leftfold/json/bindings.h>

namespace leftfold::inline v0::reflect {
namespace detail {

/// The type as the compiler prints it, with namespaces.
template <class T>
consteval const char* spell_type() {
  return __PRETTY_FUNCTION__;
}

consteval std::string_view unqualified(std::string_view name) {
  const auto template_arguments = name.find('<');
  const auto scope = name.substr(0, template_arguments).rfind("::");
  return scope == name.npos ? name : name.substr(scope + 2);
}

template <class T>
consteval std::string_view full_name() {
  constexpr std::string_view sample = spell_type<int>();
  constexpr auto before = sample.rfind("int");
  constexpr auto after = sample.size() - before - 3;
  std::string_view text = spell_type<T>();
  return text.substr(before, text.size() - before - after);
}

/// Stands for an initialiser of any type; never called. It has a body because clang warns of one that is missing when
/// `Struct` is local to a file.
template <class Struct>
struct Anything {
  template <class T>
    requires(!std::is_same_v<T, Struct>)
  operator T() const {
    __builtin_unreachable();
  }
};

/// Stands for an initialiser of a base class of `Struct`, with or without data.
template <class Struct, bool kWithData>
struct AnyBase {
  template <class T>
    requires(std::is_base_of_v<T, Struct> && !std::is_same_v<T, Struct> && std::is_empty_v<T> != kWithData)
  operator T() const {
    __builtin_unreachable();
  }
};

template <class Struct, std::size_t>
using AnythingAt = Anything<Struct>;

template <class Struct, std::size_t... i>
consteval bool takes(std::index_sequence<i...>) {
  return requires { Struct{AnythingAt<Struct, i>{}...}; };
}

/// Round brackets do not flatten a C array into its elements, braces do.
template <class Struct, std::size_t... i>
consteval bool takes_without_flattening(std::index_sequence<i...>) {
  return requires { Struct(AnythingAt<Struct, i>{}...); };
}

/// How many initialisers `Struct{...}` takes, by halving: if n initialisers fit, fewer fit too.
template <class Struct, std::size_t low = 0, std::size_t high = kMaxFields + 1>
consteval std::size_t count_initialisers() {
  if constexpr (low == high) {
    return low;
  } else {
    constexpr std::size_t middle = (low + high + 1) / 2;
    if constexpr (takes<Struct>(std::make_index_sequence<middle>{})) {
      return count_initialisers<Struct, middle, high>();
    } else {
      return count_initialisers<Struct, low, middle - 1>();
    }
  }
}

template <class Struct>
concept HasBaseWithData = requires { Struct{AnyBase<Struct, true>{}}; };
template <class Struct>
concept HasEmptyBase = requires { Struct{AnyBase<Struct, false>{}}; };

template <class Struct>
consteval std::size_t count_fields() {
  static_assert(std::is_aggregate_v<Struct> && std::is_class_v<Struct>,
                "leftfold: not a plain struct: remove constructors, private or protected fields and virtual functions "
                "(a field of such a type cannot be stored)");
  if constexpr (std::is_aggregate_v<Struct> && std::is_class_v<Struct>) {
    static_assert(!HasBaseWithData<Struct>,
                  "leftfold: a struct with a base class that has data cannot be stored: make the base a field");
    if constexpr (HasBaseWithData<Struct>) {
      return 0;
    } else {
      constexpr std::size_t initialisers = count_initialisers<Struct>();
      constexpr bool fits = initialisers <= kMaxFields;
      static_assert(fits, "leftfold: a struct with more than 64 fields cannot be stored: group fields into structs");
      if constexpr (!fits) {
        return 0;
      } else {
        constexpr bool arrays = !takes_without_flattening<Struct>(std::make_index_sequence<initialisers>{});
        static_assert(!arrays, "leftfold: a C array cannot be stored: use std::array");
        return arrays ? 0 : initialisers - (HasEmptyBase<Struct> ? 1 : 0);
      }
    }
  } else {
    return 0;
  }
}

template <class T>
struct Holder {
  T value;
};

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wundefined-var-template"
#pragma GCC diagnostic ignored "-Wundefined-internal"
#endif
/// Never defined: only the addresses of its fields are named, and their names are read from that.
template <class T>
extern const Holder<T> nowhere;

template <class T>
consteval auto addresses_of_fields() {
  return with_fields<count_fields<T>()>(nowhere<T>.value, [](const auto&... fields) { return std::tuple{&fields...}; });
}
#pragma GCC diagnostic pop

template <class P>
struct Address {
  P pointer;
};
template <class P>
Address(P) -> Address<P>;

template <auto address>
consteval const char* spell_address() {
  return __PRETTY_FUNCTION__;
}

template <auto address>
consteval std::string_view last_name() {
  std::string_view text = spell_address<address>();
  const auto end = text.find_last_not_of(")]}");
  const auto begin = text.find_last_of(".:>", end);
  return text.substr(begin + 1, end - begin);
}
}  // namespace detail

/// The name of a type without its namespaces ("CartItemAdded").
template <class T>
[[nodiscard]] consteval std::string_view type_name() {
  return detail::unqualified(detail::full_name<T>());
}

/// The number of fields of a plain struct. Empty base classes are allowed and do not count.
template <class T>
[[nodiscard]] consteval std::size_t field_count() {
  return detail::count_fields<std::remove_cv_t<T>>();
}

/// Calls f(first, second, ...) with references to all fields of `object`, in the order of declaration.
/// Returns what f returns.
template <class T, class F>
constexpr decltype(auto) visit_fields(T& object, F&& f) {
  return detail::with_fields<field_count<T>()>(object, std::forward<F>(f));
}

/// The names of the fields of a plain struct, in the order of declaration. Lives as long as the program.
template <class T>
[[nodiscard]] consteval std::array<std::string_view, field_count<T>()> field_names() {
  return []<std::size_t... i>(std::index_sequence<i...>) {
    [[maybe_unused]] constexpr auto addresses = detail::addresses_of_fields<T>();
    return std::array<std::string_view, sizeof...(i)>{detail::last_name<detail::Address{std::get<i>(addresses)}>()...};
  }(std::make_index_sequence<field_count<T>()>{});
}

}  // namespace leftfold::inline v0::reflect
