// SPDX-License-Identifier: Apache-2.0
// The aggregates that a Resequencer remembers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <leftfold/cursor_store.h>

#include "runtime/aggregate_entry.h"

namespace leftfold::inline v0::runtime {

/// Finds aggregates by id, and forgets those that were not needed for longest. One with events on the way, waiters, a
/// stall or a cursor that was not taken stays, beyond the limit if need be. Addresses of entries are stable.
/// One thread at a time.
class AggregateCache {
 public:
  explicit AggregateCache(std::size_t remembered) : remembered_{remembered} {}

  /// Null when it is not known. One that rests counts as just needed.
  [[nodiscard]] AggregateEntry* find(std::string_view id);
  /// Adds one that is not known. Throws std::bad_alloc; then nothing was added.
  AggregateEntry& add(std::string_view id);
  /// Takes back an add().
  void remove(AggregateEntry& entry) noexcept;
  /// It has something to do now: it is not forgotten until rest() finds that it has not.
  void rouse(AggregateEntry& entry) noexcept;
  void rest(AggregateEntry& entry) noexcept;
  /// Its cursor moved.
  void mark_dirty(AggregateEntry& entry);
  /// The cursors that moved since the last call, in the order in which they began to.
  [[nodiscard]] std::vector<PublishCursor> take_dirty();
  /// Forgets what is too much.
  void trim() noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Owner {
    std::unique_ptr<AggregateEntry> entry;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const noexcept { return std::hash<std::string_view>{}(id); }
    std::size_t operator()(const Owner& owner) const noexcept { return (*this)(owner.entry->id); }
  };
  struct Same {
    using is_transparent = void;
    static std::string_view id(const Owner& owner) noexcept { return owner.entry->id; }
    static std::string_view id(std::string_view text) noexcept { return text; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return id(a) == id(b);
    }
  };

  const std::size_t remembered_;
  std::unordered_set<Owner, Hash, Same> entries_;
  AggregateEntry* newest_ = nullptr;  // of those that rest
  AggregateEntry* oldest_ = nullptr;
  std::vector<AggregateEntry*> dirty_;
};

}  // namespace leftfold::inline v0::runtime
