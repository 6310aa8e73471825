// Events are plain structs; Events<...> is the list of those that belong to one aggregate.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include <leftfold/reflect.h>

namespace leftfold {

namespace detail {

// A member that belongs to the type. A field of the same name is stored like any other.
template <class E>
concept SaysItsName = requires {
  { E::event_name } -> std::convertible_to<std::string_view>;
  requires !std::is_member_object_pointer_v<decltype(&E::event_name)>;
};
template <class E>
concept SaysItsVersion = requires {
  { E::event_version } -> std::convertible_to<int>;
  requires !std::is_member_object_pointer_v<decltype(&E::event_version)>;
};

}  // namespace detail

/// The name an event is stored under: its type's unqualified name, or `static constexpr std::string_view event_name`.
/// Renaming a struct orphans the events already stored unless `event_name` keeps the old name.
/// Handlers find events by this name alone, whatever aggregate they belong to: two different structs stored in one
/// store need two names.
template <class E>
[[nodiscard]] constexpr std::string_view event_name() {
  if constexpr (detail::SaysItsName<E>) {
    return E::event_name;
  } else {
    return reflect::type_name<E>();
  }
}

/// The version of an event's struct: `static constexpr int event_version = 2;`, or 1.
template <class E>
[[nodiscard]] constexpr int event_version() {
  if constexpr (detail::SaysItsVersion<E>) {
    static_assert(E::event_version >= 1, "event_version counts from 1");
    return E::event_version;
  } else {
    return 1;
  }
}

namespace detail {

// If A converts to B, `on(const B&)` would quietly receive A.
template <class X, class... E>
inline constexpr bool kConvertsOnlyToItself = ((std::same_as<X, E> || !std::convertible_to<const X&, E>) && ...);

template <class... E>
[[nodiscard]] constexpr bool names_are_unique() {
  constexpr std::array<std::string_view, sizeof...(E)> names{event_name<E>()...};
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = i + 1; j < names.size(); ++j) {
      if (names[i] == names[j]) return false;
    }
  }
  return true;
}

}  // namespace detail

/// The events of one aggregate: `using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;`
/// Struct names, field names and this list are the stored format.
template <class... E>
struct Events {
  static_assert(sizeof...(E) > 0, "Events<...> needs at least one event");
  static_assert((std::is_aggregate_v<E> && ...),
                "an event is a plain struct: public fields, no constructors, no private members");
  static_assert((detail::kConvertsOnlyToItself<E, E...> && ...),
                "events in one list must not convert to each other: remove the conversion, or a handler of one would "
                "receive the other");
  static_assert(detail::names_are_unique<E...>(),
                "two events in one list are stored under the same name: give one of them `static constexpr "
                "std::string_view event_name`");

  using Any = std::variant<E...>;  ///< one event of the list
  static constexpr std::size_t kCount = sizeof...(E);
  /// The stored names, in the order of the list.
  [[nodiscard]] static constexpr std::array<std::string_view, kCount> names() { return {event_name<E>()...}; }
};

namespace detail {

template <class... Lists>
struct Concat;
template <class... A>
struct Concat<Events<A...>> {
  using type = Events<A...>;
};
template <class... A, class... B, class... Rest>
struct Concat<Events<A...>, Events<B...>, Rest...> {
  using type = typename Concat<Events<A..., B...>, Rest...>::type;
};

}  // namespace detail

}  // namespace leftfold
