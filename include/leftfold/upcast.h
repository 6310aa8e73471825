// SPDX-License-Identifier: Apache-2.0
// Upcasts: how a stored event of an older version becomes one of today. JSON to JSON, one version a step, while
// reading; what is stored never changes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/event.h>
#include <leftfold/json_value.h>

namespace leftfold::inline v0 {

/// In Upcasts: the next version's struct reads these events as they are.
struct Unchanged {};
inline constexpr Unchanged unchanged{};

/// One of the events that a stored event is split into, as it would have been stored. Plain value.
struct EventPart {
  std::string_view type;  ///< stored event name; text that lives as long as the program
  int version = 1;        ///< the event_version that the payload is of
  Json payload;
};

/// What an upcast returns that splits one stored event into others: only E..., in any number and order. None at all:
/// this event is passed over.
///
///     static leftfold::Parts<CustomerRegistered, AddressGiven> from_1(leftfold::Json old) {
///       leftfold::Parts<CustomerRegistered, AddressGiven> parts;
///       parts.add<AddressGiven>(1, leftfold::Json::object({{"street", old.take("street")}}));
///       parts.add<CustomerRegistered>(2, std::move(old));
///       return parts;
///     }
///
/// A value; one thread at a time.
template <class... E>
class Parts {
 public:
  /// Adds an X at its version `version`, behind the others. Write the number, as the payload will not change with the
  /// struct: when X gets another version, its own upcasts take over from there.
  template <class X>
  Parts& add(int version, Json payload) {
    static_assert((std::same_as<X, E> || ...), "add: name this event in Parts<...> too");
    parts_.push_back({event_name<X>(), version, std::move(payload)});
    return *this;
  }
  /// Takes the parts out.
  [[nodiscard]] std::vector<EventPart> take() { return std::move(parts_); }

 private:
  std::vector<EventPart> parts_;
};

/// One step of Upcasts, without its types. Plain value.
struct UpcastStep {
  void (*change)(Json& payload) = nullptr;
  std::vector<EventPart> (*split)(Json payload) = nullptr;  ///< neither of both: unchanged
  std::span<const std::string_view> into;                   ///< the stored names that split may give
  bool is_unchanged = true;  ///< neither of both; g++ compares no functions at compile time under ubsan
};

namespace detail {

template <class T>
struct SplitInto {
  static constexpr bool kIs = false;
};
template <class... E>
struct SplitInto<Parts<E...>> {
  static constexpr bool kIs = true;
  static constexpr std::array<std::string_view, sizeof...(E)> kNames{event_name<E>()...};
  template <class... Listed>
  [[nodiscard]] static constexpr bool only() {
    return (kOneOf<E, Listed...> && ...);
  }
  template <class X, class... Listed>
  static constexpr bool kOneOf = (std::same_as<X, Listed> || ...);
};

// What a step returns when it may keep the payload; void for everything else.
template <class Step>
struct StepResult {
  using type = void;
};
template <class Step>
  requires std::invocable<Step, Json>
struct StepResult<Step> {
  using type = std::invoke_result_t<Step, Json>;
};

template <auto step>
inline constexpr bool kIsUnchanged = std::same_as<std::remove_cv_t<decltype(step)>, Unchanged>;
template <auto step>
using SplitOf = SplitInto<typename StepResult<decltype(step)>::type>;
// A step that takes its payload by value, or as const, would change nothing.
template <auto step>
inline constexpr bool kChangesInPlace = std::invocable<decltype(step), Json&> && !std::invocable<decltype(step), Json>;

template <auto step>
[[nodiscard]] constexpr UpcastStep make_step() {
  static_assert(kIsUnchanged<step> || kChangesInPlace<step> || SplitOf<step>::kIs,
                "an upcast is a function `void from_1(leftfold::Json& payload)`, or `leftfold::Parts<...> "
                "from_1(leftfold::Json payload)` to split the event, or leftfold::unchanged");
  UpcastStep made;
  if constexpr (SplitOf<step>::kIs) {
    made.split = [](Json payload) { return step(std::move(payload)).take(); };
    made.into = SplitOf<step>::kNames;
    made.is_unchanged = false;
  } else if constexpr (kChangesInPlace<step>) {
    made.change = [](Json& payload) { step(payload); };
    made.is_unchanged = false;
  }
  return made;
}

}  // namespace detail

/// The way of an event from version 1 to today's, a step a version; part of the event's struct:
///
///     struct CartItemAdded {
///       std::string product_id;
///       int quantity = 1;
///       static constexpr int event_version = 3;
///       static void from_1(leftfold::Json& payload) { payload.rename("sku", "product_id"); }
///       using Upcasts = leftfold::Upcasts<&from_1, leftfold::unchanged>;   // 1 to 2, 2 to 3
///     };
///
/// A step sees the payload as the version before left it, and may be called by any thread. What it throws makes the
/// event one that does not decode (Error(invalid_data)). A number of steps other than event_version - 1 does not
/// compile.
template <auto... steps>
struct Upcasts {
  static constexpr std::size_t kCount = sizeof...(steps);
  [[nodiscard]] static constexpr std::array<UpcastStep, kCount> make() { return {detail::make_step<steps>()...}; }

  template <class... E>
  [[nodiscard]] static constexpr bool split_only_into() {
    return (split_stays_in<steps, E...>() && ...);
  }

 private:
  template <auto step, class... E>
  [[nodiscard]] static constexpr bool split_stays_in() {
    if constexpr (detail::SplitOf<step>::kIs) {
      return detail::SplitOf<step>::template only<E...>();
    } else {
      return true;
    }
  }
};

}  // namespace leftfold::inline v0
