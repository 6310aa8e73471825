// SPDX-License-Identifier: Apache-2.0
// Events are plain structs; Events<...> is the list of those that belong to one aggregate.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include <leftfold/reflect.h>

namespace leftfold::inline v0 {

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
template <class E>
concept SaysItsFormerNames = requires {
  { std::string_view{E::former_names[0]} };
  requires !std::is_member_object_pointer_v<decltype(&E::former_names)>;
};

// A text as a template argument.
template <std::size_t size>
struct FixedText {
  consteval FixedText(const char (&literal)[size]) {
    for (std::size_t i = 0; i < size; ++i) text[i] = literal[i];
  }
  char text[size]{};
};

}  // namespace detail

/// The name an event is stored under: its type's unqualified name, or `static constexpr std::string_view event_name`.
/// Renaming a struct orphans the events already stored unless `event_name` keeps the old name or `former_names` has it.
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

/// The version of an event's struct: `static constexpr int event_version = 2;`, or 1. Above 1 the struct has
/// `using Upcasts = ...` (upcast.h). A field more needs no new version: events without it get the field's default.
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

template <class E>
[[nodiscard]] constexpr auto copy_former_names() {
  if constexpr (SaysItsFormerNames<E>) {
    std::array<std::string_view, std::size(E::former_names)> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = E::former_names[i];
    return names;
  } else {
    return std::array<std::string_view, 0>{};
  }
}
// The names E was stored under before: `static constexpr std::string_view former_names[] = {"ItemAdded"};`
// Versions go on counting through a change of name.
template <class E>
inline constexpr auto kFormerNames = copy_former_names<E>();

}  // namespace detail

/// Stands in a list for an event type that was stored once and is of no use any more: aggregates and handlers pass over
/// such events. `using CartEvents = leftfold::Events<CartItemAdded, leftfold::Dropped<"CartViewed">>;`
template <detail::FixedText name>
struct Dropped {
  static constexpr std::string_view event_name{name.text, sizeof(name.text) - 1};
};

namespace detail {

template <class E>
inline constexpr bool kIsDropped = false;
template <FixedText name>
inline constexpr bool kIsDropped<Dropped<name>> = true;

// If A converts to B, `on(const B&)` would quietly receive A.
template <class X, class... E>
inline constexpr bool kConvertsOnlyToItself = ((std::same_as<X, E> || !std::convertible_to<const X&, E>) && ...);

// No name stands for two things. Two lists may drop the same event.
template <class... E>
[[nodiscard]] constexpr bool names_are_unique() {
  constexpr std::size_t count = ((1 + kFormerNames<E>.size()) + ... + 0);
  std::array<std::string_view, count> names{};
  std::array<bool, count> dropped{};
  std::size_t next = 0;
  const auto add = [&](std::string_view name, bool is_dropped) {
    names[next] = name;
    dropped[next++] = is_dropped;
  };
  const auto add_all = [&]<class X>(std::type_identity<X>) {
    add(event_name<X>(), kIsDropped<X>);
    for (const std::string_view former : kFormerNames<X>) add(former, false);
  };
  (add_all(std::type_identity<E>{}), ...);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (names[i] == names[j] && !(dropped[i] && dropped[j])) return false;
    }
  }
  return true;
}

// Whether what the upcasts of X split it into are events of the same list.
template <class X, class... E>
[[nodiscard]] constexpr bool splits_stay_inside() {
  if constexpr (requires { X::Upcasts::template split_only_into<E...>(); }) {
    return X::Upcasts::template split_only_into<E...>();
  } else {
    return true;
  }
}

template <class E>
[[nodiscard]] constexpr bool upcasts_are_complete() {
  constexpr int needed = event_version<E>() - 1;
  if constexpr (requires { E::Upcasts::kCount; }) {
    static_assert(static_cast<int>(E::Upcasts::kCount) >= needed,
                  "an upcast is missing: Upcasts<...> needs one for each version before event_version, in their order "
                  "(write leftfold::unchanged for a version whose events the next one reads as they are)");
    static_assert(static_cast<int>(E::Upcasts::kCount) <= needed,
                  "more upcasts than versions: raise event_version, or remove one from Upcasts<...>");
  } else {
    static_assert(needed == 0,
                  "event_version is above 1: say how older events become ones of today, `using Upcasts = "
                  "leftfold::Upcasts<&from_1>;` (write leftfold::unchanged in place of &from_1 when there is nothing "
                  "to do)");
  }
  return true;
}

// The list without Dropped<...>.
template <class Live, class... E>
struct LiveOf;
template <template <class...> class List, class... Live>
struct LiveOf<List<Live...>> {
  using type = List<Live...>;
  using Any = std::variant<Live...>;
};
template <template <class...> class List, class... Live, class First, class... Rest>
struct LiveOf<List<Live...>, First, Rest...>
    : std::conditional_t<kIsDropped<First>, LiveOf<List<Live...>, Rest...>, LiveOf<List<Live..., First>, Rest...>> {};

// The names of those of a list that are dropped, or of those that are not.
template <bool kDropped, class... E>
[[nodiscard]] constexpr auto names_of() {
  std::array<std::string_view, ((kIsDropped<E> == kDropped ? 1 : 0) + ... + 0)> names{};
  [[maybe_unused]] std::size_t next = 0;
  ((kIsDropped<E> == kDropped ? void(names[next++] = event_name<E>()) : void()), ...);
  return names;
}

}  // namespace detail

/// The events of one aggregate: `using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;`
/// Struct names, field names and this list are the stored format.
template <class... E>
struct Events {
  static_assert((std::is_aggregate_v<E> && ...),
                "an event is a plain struct: public fields, no constructors, no private members");
  static_assert((detail::kConvertsOnlyToItself<E, E...> && ...),
                "events in one list must not convert to each other: remove the conversion, or a handler of one would "
                "receive the other");
  static_assert(detail::names_are_unique<E...>(),
                "two events in one list are stored under the same name: give one of them `static constexpr "
                "std::string_view event_name`; a former name of one cannot be a name of another");
  static_assert((detail::upcasts_are_complete<E>() && ...));
  static_assert((detail::splits_stay_inside<E, E...>() && ...),
                "an upcast splits an event into one that is not in its list: add that event to the list");

  using Live = typename detail::LiveOf<Events<>, E...>::type;  ///< the list without what is Dropped
  using Any = typename detail::LiveOf<Events<>, E...>::Any;    ///< one event of the list
  static constexpr std::size_t kCount = detail::names_of<false, E...>().size();
  static_assert(kCount > 0, "Events<...> needs at least one event");
  /// The stored names, in the order of the list.
  [[nodiscard]] static constexpr std::array<std::string_view, kCount> names() {
    return detail::names_of<false, E...>();
  }
  /// The names that are Dropped.
  [[nodiscard]] static constexpr auto dropped_names() { return detail::names_of<true, E...>(); }
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

}  // namespace leftfold::inline v0
