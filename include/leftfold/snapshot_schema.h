// SPDX-License-Identifier: Apache-2.0
// Which program's snapshots an aggregate can be made from.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <leftfold/aggregate_root.h>
#include <leftfold/json/structure.h>
#include <leftfold/reflect.h>

namespace leftfold::inline v0 {

namespace detail {

// A constant of the type, not a field of that name.
template <class State>
concept SaysStateVersion = requires {
  { State::state_version } -> std::convertible_to<int>;
  requires !std::is_member_object_pointer_v<decltype(&State::state_version)>;
};

template <class State>
concept ReadsNodeSnapshots = requires {
  { State::reads_node_snapshots } -> std::convertible_to<bool>;
  requires !std::is_member_object_pointer_v<decltype(&State::reads_node_snapshots)>;
  requires State::reads_node_snapshots;
};

// How states come about, besides the name and state_version.
struct StateShape {
  const json::Type* type;
  bool reads_node_snapshots;
};

struct EventShape {
  std::string_view name;
  int version;
  const json::Type* type;
};

[[nodiscard]] std::string make_schema(std::string_view aggregate, int state_version, const StateShape& state,
                                      std::span<const EventShape> events);

template <class... E>
[[nodiscard]] std::string make_schema(std::string_view aggregate, int state_version, const StateShape& state,
                                      Events<E...>*) {
  const EventShape events[] = {{event_name<E>(), event_version<E>(), &json::Description<E>::value}...};
  return make_schema(aggregate, state_version, state, events);
}

}  // namespace detail

/// The version of what `apply` does: `static constexpr int state_version = 2;` in the state, or 1. Count it up when
/// `apply`, a default value or the reading of old events changes so that the same events give another state: snapshots
/// of the version before are then not used any more. Changed fields and events are noticed without it.
template <class State>
[[nodiscard]] constexpr int state_version() {
  if constexpr (detail::SaysStateVersion<State>) {
    static_assert(State::state_version >= 1, "state_version counts from 1");
    return State::state_version;
  } else {
    return 1;
  }
}

/// The schema of the aggregate's snapshots: "Cart/1/d1f3c04b6c1e8a57", its name, its state_version and a fingerprint of
/// the structure of its state and events; docs/format/snapshots.md defines it. Equal in every program that folds the
/// same events into the same state, whatever compiled it. Any thread; lives as long as the program.
template <AggregateType Root>
[[nodiscard]] const std::string& snapshot_schema() {
  using State = typename Root::StateType;
  static const std::string schema =
      detail::make_schema(reflect::type_name<Root>(), state_version<State>(),
                          {&json::Description<State>::value, detail::ReadsNodeSnapshots<State>},
                          static_cast<typename Root::EventList*>(nullptr));
  return schema;
}

}  // namespace leftfold::inline v0
