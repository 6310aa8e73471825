// SPDX-License-Identifier: Apache-2.0
// Brings what a scan finds into the order of versions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <leftfold/event_store.h>

#include "runtime/replay/replay_target.h"

namespace leftfold::inline v0::runtime {

/// Remembers the version each aggregate has come to; for tables in memory. An event that was seen is dropped, one that
/// comes before those it should follow lets them be read back from the store. One thread.
class AggregateOrder {
 public:
  explicit AggregateOrder(const TargetContext& context) : context_{context} {}

  /// Calls `next(event)` for each event that is due now: none, this one, or those before it and it. Throws what `next`
  /// and the store throw, and Error(invalid_data) for an event that one before it never preceded.
  template <class Next>
  void take(const RecordedEvent& event, Next&& next) {
    if (event.version == Version::none()) return next(event);  // of another program
    const auto at = reached_.find(event.aggregate_id);
    const bool known = at != reached_.end();
    Version reached = known ? at->second : Version::none();
    if (known && event.version <= reached) return;
    const bool anywhere = !known && context_.begins_anywhere;
    while (!anywhere && reached.next() < event.version) {
      const EventPage page = read_back(event, reached);
      for (const RecordedEvent& before : page) {
        next(before);
        reached = set(before);
      }
    }
    next(event);
    set(event);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  [[nodiscard]] EventPage read_back(const RecordedEvent& event, Version reached) const {
    return read_missing(context_, event, reached);
  }
  Version set(const RecordedEvent& event) {
    const auto at = reached_.find(event.aggregate_id);
    if (at == reached_.end()) {
      reached_.emplace(event.aggregate_id, event.version);
    } else {
      at->second = event.version;
    }
    return event.version;
  }

  const TargetContext& context_;
  std::unordered_map<std::string, Version, Hash, std::equal_to<>> reached_;

 public:
  /// Reads events between `reached` and `event` from the store: at least one. Throws Error(invalid_data) when there is
  /// no store, or it does not have them.
  [[nodiscard]] static EventPage read_missing(const TargetContext& context, const RecordedEvent& event,
                                              Version reached);
};

}  // namespace leftfold::inline v0::runtime
