// SPDX-License-Identifier: Apache-2.0
// Tests of aggregates as sentences: given what happened, when a command comes, then this happens.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/event_info.h>
#include <leftfold/json.h>
#include <leftfold/reflect.h>
#include <leftfold/testing/expect.h>

namespace leftfold::inline v0::testing {

namespace detail {

// An event as failures show it: its stored name, and each field with its JSON.
struct EventText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;
  bool operator==(const EventText&) const = default;
};

template <class E>
[[nodiscard]] EventText text_of(const E& event) {
  EventText text{std::string{event_name<E>()}, {}};
  constexpr auto names = reflect::field_names<E>();
  reflect::visit_fields(event, [&](const auto&... fields) {
    std::size_t i = 0;
    (text.fields.emplace_back(names[i++], to_json(fields)), ...);
  });
  return text;
}

// Throws ExpectationFailed with a line-by-line difference unless both are the same.
void compare(std::string_view aggregate, std::span<const EventText> expected, std::span<const EventText> created,
             std::source_location where);
[[noreturn]] void fail_not_thrown(std::string_view aggregate, const std::type_info& expected,
                                  std::span<const EventText> created, std::source_location where);
[[noreturn]] void fail_thrown(std::string_view aggregate, const std::exception_ptr& thrown, std::string_view instead,
                              std::source_location where);
[[noreturn]] void fail_message(std::string_view aggregate, std::string_view expected, std::string_view actual,
                               std::source_location where);
[[nodiscard]] std::string type_name(const std::type_info& type);

template <class Any, class... E>
void add_decoded(std::vector<Any>& into, const RecordedEvent& event, Events<E...>*) {
  (void)((event.type == event_name<E>() &&
          (into.emplace_back(std::in_place_type<E>, leftfold::detail::decode<E>(event)), true)) ||
         ...);
}

}  // namespace detail

/// A test of one aggregate; made by given(). It needs no store, and events need no operator==: they are compared, and
/// shown, by their stored name and fields.
///
///     given<Cart>(CartItemAdded{"apple", 1})
///         .when([](Cart& cart) { cart.add_item("pear", 2); })
///         .then(CartItemAdded{"pear", 2});
///
/// when() may come several times; a then looks at everything since the one before it. Every failure is an
/// ExpectationFailed that shows the place of the last when().
/// One thread at a time. Keeps nothing of what it is given by reference.
template <AggregateType Root>
class Given {
 public:
  using Any = typename Root::EventList::Any;
  using State = typename Root::StateType;

  explicit Given(std::string id, std::vector<Any> events) : id_{std::move(id)}, events_{std::move(events)} { replay(); }
  /// Of stored events, which upcasts may have split: `versions` is how many were stored.
  Given(std::string id, std::vector<Any> events, std::size_t versions)
      : id_{std::move(id)}, events_{std::move(events)}, parts_{events_.size()}, versions_{versions} {
    replay();
  }

  /// Runs a command. What it throws is kept for then_throws; as in Repository::execute, its events are dropped then.
  /// Throws ExpectationFailed when the command before it threw and nobody asked.
  template <class Command>
  [[nodiscard]] Given& when(Command&& command, std::source_location where = std::source_location::current()) {
    static_assert(std::is_invocable_v<Command&, Root&>,
                  "a command is called with the aggregate: [](Cart& cart) { ... }");
    fail_if_thrown("the next when()");
    where_ = where;
    try {
      std::invoke(command, *root_);
      for (const Any& event : root_->uncommitted().subspan(created())) events_.push_back(event);
    } catch (...) {
      thrown_ = std::current_exception();
      replay();
    }
    return *this;
  }

  /// Exactly these events were created, in this order. Throws ExpectationFailed with a line-by-line difference.
  template <class... E>
  Given& then(const E&... expected) {
    static_assert(sizeof...(E) > 0, "then() needs an event; write then_nothing() if the command creates none");
    (check_listed<E>(), ...);
    fail_if_thrown("these events");
    detail::compare(reflect::type_name<Root>(), std::vector<detail::EventText>{detail::text_of(expected)...},
                    take_new(), where_);
    return *this;
  }

  /// No event was created. Throws ExpectationFailed that shows those that were.
  Given& then_nothing() {
    fail_if_thrown("nothing");
    detail::compare(reflect::type_name<Root>(), {}, take_new(), where_);
    return *this;
  }

  /// The last command threw an X, or something derived from it, whose what() contains `message`.
  /// Throws ExpectationFailed that shows what happened instead.
  template <class X>
  Given& then_throws(std::string_view message = {}) {
    static_assert(!std::is_reference_v<X>, "name the exception's type: then_throws<CartIsFull>()");
    if (thrown_ == nullptr) detail::fail_not_thrown(reflect::type_name<Root>(), typeid(X), take_new(), where_);
    try {
      std::rethrow_exception(std::exchange(thrown_, nullptr));
    } catch (const X& thrown) {
      if constexpr (std::derived_from<X, std::exception>) {
        if (std::string_view{thrown.what()}.find(message) == std::string_view::npos) {
          detail::fail_message(reflect::type_name<Root>(), message, thrown.what(), where_);
        }
      } else if (!message.empty()) {
        detail::fail_message(reflect::type_name<Root>(), message, "", where_);
      }
    } catch (...) {
      detail::fail_thrown(reflect::type_name<Root>(), std::current_exception(), detail::type_name(typeid(X)), where_);
    }
    return *this;
  }

  /// `predicate(state)` holds for the aggregate's state. Throws ExpectationFailed that shows the state as JSON.
  template <std::predicate<const State&> Predicate>
  Given& then_state(Predicate&& predicate) {
    fail_if_thrown("a state");
    if (!std::invoke(predicate, root_->state())) {
      throw ExpectationFailed{
          std::string{reflect::type_name<Root>()} + ": the state is not as expected: " + to_json(root_->state()),
          where_};
    }
    return *this;
  }

 private:
  template <class E>
  static constexpr void check_listed() {
    static_assert(std::constructible_from<Any, std::in_place_type_t<E>, const E&>,
                  "then: this event is not in the aggregate's Events<...> list");
  }

  // Makes the aggregate anew from the events so far.
  void replay() {
    using Access = leftfold::detail::AggregateAccess;
    root_ = std::make_unique<Root>(id_);
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const bool is_part = i < parts_;
      std::visit([&](const auto& e) { is_part ? Access::apply_part(*root_, e) : Access::apply_stored(*root_, e); },
                 events_[i]);
    }
    for (std::size_t i = 0; i < versions_; ++i) Access::pass_over(*root_);
    stored_ = events_.size();
  }

  [[nodiscard]] std::size_t created() const { return events_.size() - stored_; }

  [[nodiscard]] std::vector<detail::EventText> take_new() {
    std::vector<detail::EventText> texts;
    for (; seen_ < events_.size(); ++seen_) {
      texts.push_back(std::visit([](const auto& event) { return detail::text_of(event); }, events_[seen_]));
    }
    return texts;
  }

  void fail_if_thrown(std::string_view expected) const {
    if (thrown_ != nullptr) detail::fail_thrown(reflect::type_name<Root>(), thrown_, expected, where_);
  }

  std::string id_;
  std::vector<Any> events_;            // given ones, then created ones
  std::size_t parts_ = 0;              // how many of the given ones come from stored events
  std::size_t versions_ = 0;           // how many stored events these are
  std::size_t seen_ = events_.size();  // how many of them were given, or looked at by a then
  std::size_t stored_ = 0;             // how many of them root_ has as stored ones
  std::unique_ptr<Root> root_;
  std::exception_ptr thrown_;  // by the last command, until a then_throws asks
  std::source_location where_ = std::source_location::current();
};

/// Begins a test of Root, whose past is `events`; its id is "given".
template <AggregateType Root, class... E>
[[nodiscard]] Given<Root> given(const E&... events) {
  using Any = typename Root::EventList::Any;
  static_assert((std::constructible_from<Any, std::in_place_type_t<E>, const E&> && ...),
                "given: this event is not in the aggregate's Events<...> list");
  return Given<Root>{"given", std::vector<Any>{Any{std::in_place_type<E>, events}...}};
}

/// An event as a store has it. Plain value.
struct StoredEvent {
  std::string_view type;
  int schema_version = 1;
  std::string_view payload;
};

/// Begins a test of Root, whose past is what older programs stored: through upcasts, former names and what is dropped,
/// as Repository::load reads it.
///
///     given_stored<Cart>({{"ItemAdded", 1, R"({"sku":"apple","qty":2})"}})
///         .when([](Cart& cart) { cart.check_out(); })
///
/// Throws as upcast() and as decoding does, and ExpectationFailed for an event that Root does not know.
template <AggregateType Root>
[[nodiscard]] Given<Root> given_stored(std::initializer_list<StoredEvent> stored,
                                       std::source_location where = std::source_location::current()) {
  std::vector<typename Root::EventList::Any> events;
  for (const StoredEvent& each : stored) {
    RecordedEvent event;
    event.type = each.type;
    event.schema_version = each.schema_version;
    event.payload = each.payload;
    event.aggregate_id = "given";
    const auto now = upcast(event, catalog_of<typename Root::EventList>());
    if (!now) {
      throw ExpectationFailed{
          std::string{reflect::type_name<Root>()} + " has no event for the stored \"" + std::string{each.type} + "\"",
          where};
    }
    for (const RecordedEvent& part : now->events()) {
      detail::add_decoded(events, part, static_cast<typename Root::EventList::Live*>(nullptr));
    }
  }
  return Given<Root>{"given", std::move(events), stored.size()};
}

}  // namespace leftfold::inline v0::testing
