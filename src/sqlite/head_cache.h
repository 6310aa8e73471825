// SPDX-License-Identifier: Apache-2.0
// The versions of recently written aggregates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace leftfold::inline v0::sqlite {

/// What the writer knows of an aggregate.
struct StreamHead {
  std::int64_t stream = 0;    ///< 0: it has no row in `streams`
  std::int64_t version = -1;  ///< of its last event
};

/// Remembers the heads of the aggregates written last; bounded, a newer one takes the place of an older one with the
/// same slot. Only a short cut: what it does not know is looked up. One thread at a time.
class HeadCache {
 public:
  /// Null when unknown.
  [[nodiscard]] StreamHead* find(std::string_view name) {
    if (slots_.empty()) return nullptr;
    Slot& slot = slot_of(name);
    return slot.age == age_ && slot.name == name ? &slot.head : nullptr;
  }
  /// Returns the entry, valid until the next put or forget.
  StreamHead& put(std::string_view name, StreamHead head) {
    if (slots_.empty()) slots_.resize(kSlots);
    Slot& slot = slot_of(name);
    slot.name.assign(name);
    slot.head = head;
    slot.age = age_;
    return slot.head;
  }
  /// Another connection wrote, or a transaction was undone: nothing is known any more.
  void forget() noexcept { ++age_; }

 private:
  static constexpr std::size_t kSlots = 16'384;  // about 2 MB with names of 40 bytes
  struct Slot {
    std::string name;
    StreamHead head;
    std::uint64_t age = 0;
  };
  Slot& slot_of(std::string_view name) { return slots_[std::hash<std::string_view>{}(name) % kSlots]; }

  std::vector<Slot> slots_;
  std::uint64_t age_ = 1;
};

}  // namespace leftfold::inline v0::sqlite
