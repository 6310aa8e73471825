// SPDX-License-Identifier: Apache-2.0
// What repository.cc and history.cc need of an aggregate's type, so that loops and decisions are compiled once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/event_store.h>
#include <leftfold/json.h>
#include <leftfold/json/storable.h>
#include <leftfold/snapshot_schema.h>

namespace leftfold::inline v0::detail {

// How a stored state must fit the type it is read into.
enum class StateFit {
  by_schema,  // its schema says that it fits
  exactly,    // written again it must say the same: nothing is known of where it comes from
};

// States that can be stored as JSON.
struct StateCodec {
  const std::string& (*schema)();
  void (*write)(const void* root, std::string& into);  // throws JsonError
  // False, or JsonError, with the root untouched: it does not fit.
  bool (*restore)(void* root, std::string_view state, Version version, StateFit fit);
  bool reads_node_snapshots;
};

struct AggregateOps {
  void (*apply)(void* root, const RecordedEvent& event);  // decodes and applies; throws Error with the event's place
  Version (*version)(const void* root);
  Version (*stored_version)(const void* root);
  void (*encode)(const void* root, std::vector<NewEvent>& into);
  void (*mark_saved)(void* root);
  LoadTrace& (*trace)(void* root);
  std::string_view aggregate;  // its type's name
  const StateCodec* codec;     // null for a state that cannot be stored
};

// False for a text that is no JSON.
[[nodiscard]] bool same_state(std::string_view a, std::string_view b) noexcept;

template <class Root>
bool restore_state(void* root, std::string_view text, Version version, StateFit fit) {
  auto state = from_json<typename Root::StateType>(text);
  if (fit == StateFit::exactly && !same_state(text, to_json(state))) return false;
  AggregateAccess::restore(*static_cast<Root*>(root), std::move(state), version);
  return true;
}

template <class Root>
inline constexpr StateCodec kStateCodec{
    &snapshot_schema<Root>,
    [](const void* root, std::string& into) { append_json(into, static_cast<const Root*>(root)->state()); },
    &restore_state<Root>,
    ReadsNodeSnapshots<typename Root::StateType>,
};

template <class State>
concept KeptState = json::Storable<State> && std::is_move_assignable_v<State>;

// Null for a state that cannot be stored.
template <class Root>
[[nodiscard]] constexpr const StateCodec* state_codec() {
  using State = typename Root::StateType;
  if constexpr (KeptState<State>) {
    return &kStateCodec<Root>;
  } else {
    static_assert(!ReadsNodeSnapshots<State>,
                  "reads_node_snapshots: the state must be a plain struct of fields that can be stored as JSON");
    return nullptr;
  }
}

}  // namespace leftfold::inline v0::detail
