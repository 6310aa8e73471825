// SPDX-License-Identifier: Apache-2.0
// Aggregates: the rules of one thing (a cart, an order), its state the left fold of its events.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/event.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0 {

template <class State, class E>
concept Applies = requires(State& s, const E& e) { s.apply(e); };

namespace detail {

struct AggregateAccess;  // Repository's and the testing kit's way in

// How an aggregate became what it is, for the decision about its next snapshot.
struct LoadTrace {
  Uuid last_event;             // the last one in the store
  Timestamp last_committed{};  // when that was
  Timestamp latest{};          // the largest commit time of all: clocks of several writers may go back
  Version snapshot;            // the newest snapshot known; none() when there is none
  Timestamp since{};           // when that was taken, or the first event committed
  std::chrono::nanoseconds took{};
};

template <class State, class E>
[[nodiscard]] constexpr bool check_applies() {
  static_assert(Applies<State, E> || kIsDropped<E>,
                "the state needs `void apply(const E&)` for every event in its list");
  return true;
}

}  // namespace detail

template <class State, class EventList>
class AggregateRoot;

/// Base of every aggregate. A command is a member function that looks at state() and calls create_event; state()
/// is const, so only an event can change it:
///
///     class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
///      public:
///       using AggregateRoot::AggregateRoot;
///       void add_item(std::string product_id, int quantity) {
///         if (state().items.size() >= 10) throw CartIsFull{};
///         create_event(CartItemAdded{std::move(product_id), quantity});
///       }
///     };
///
/// One thread at a time. Made by Repository; needs nothing to outlive it.
template <class State, class... E>
class AggregateRoot<State, Events<E...>> {
 public:
  using StateType = State;
  using EventList = Events<E...>;
  using Any = typename EventList::Any;

  explicit AggregateRoot(std::string id) : id_{std::move(id)} { (void)(detail::check_applies<State, E>() && ...); }

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const State& state() const noexcept { return state_; }
  /// Version of the last event, stored or created since; Version::none() before the first.
  [[nodiscard]] Version version() const noexcept { return version_; }
  /// Version of the last event that is in the store.
  [[nodiscard]] Version stored_version() const noexcept {
    return Version{version_.value() - static_cast<std::int64_t>(uncommitted_.size())};
  }
  /// True once there is an event, stored or created since.
  [[nodiscard]] bool exists() const noexcept { return version_ != Version::none(); }
  /// Events created and not yet saved, in order.
  [[nodiscard]] std::span<const Any> uncommitted() const noexcept { return uncommitted_; }

 protected:
  /// Applies the event to the state and keeps it for the next save. What `apply` throws passes through; the aggregate
  /// must then be dropped, as Repository::execute does.
  template <class X>
  void create_event(X event) {
    static_assert(kCreates<X>, "create_event: this event is not in the aggregate's Events<...> list");
    if constexpr (kCreates<X>) {
      state_.apply(std::as_const(event));
      uncommitted_.emplace_back(std::in_place_type<X>, std::move(event));
      version_ = version_.next();
    }
  }

 private:
  friend struct detail::AggregateAccess;
  template <class X>
  static constexpr bool kCreates = ((std::same_as<X, E> && !detail::kIsDropped<E>) || ...);

  std::string id_;
  State state_{};
  Version version_;
  std::vector<Any> uncommitted_;
  detail::LoadTrace trace_;
};

namespace detail {

struct AggregateAccess {
  // Applies an event that is already stored.
  template <class Root, class X>
  static void apply_stored(Root& root, const X& event) {
    root.state_.apply(event);
    root.version_ = root.version_.next();
  }
  // The same of a part of one: its version is counted by pass_over.
  template <class Root, class X>
  static void apply_part(Root& root, const X& event) {
    root.state_.apply(event);
  }
  // Takes a stored event that changes nothing into account.
  template <class Root>
  static void pass_over(Root& root) {
    root.version_ = root.version_.next();
  }
  template <class Root>
  static void mark_saved(Root& root) {
    root.uncommitted_.clear();
  }
  // The state after the event of that version, from elsewhere than the events.
  template <class Root, class State>
  static void restore(Root& root, State&& state, Version version) {
    root.state_ = std::forward<State>(state);
    root.version_ = version;
  }
  template <class Root>
  static LoadTrace& trace(Root& root) {
    return root.trace_;
  }
};

}  // namespace detail

/// A class derived from AggregateRoot<State, Events<...>> that can be made from its id.
template <class Root>
concept AggregateType = requires(const Root& r) {
  typename Root::EventList;
  typename Root::StateType;
  { r.version() } -> std::same_as<Version>;
} && std::constructible_from<Root, std::string>;

}  // namespace leftfold::inline v0
