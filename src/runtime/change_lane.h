// SPDX-License-Identifier: Apache-2.0
// How far one source of changes is settled.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace leftfold::inline v0::runtime {

class ChangeLane;

/// A change that is not settled. Belongs to its lane.
struct OpenChange {
  ChangeLane* lane = nullptr;
  OpenChange* before = nullptr;  ///< the open change before it
  OpenChange* after = nullptr;
  std::size_t events = 0;  ///< of its events, those that are not settled
  std::string sequence;
  std::string through;  ///< of the newest settled change between it and the next open one; empty: there is none
};

/// How far one source of changes is settled. A change is settled when the broker has acknowledged its events, or had
/// before. Only open changes take memory, however many settled ones lie between them.
/// One thread at a time; belongs to its Resequencer.
class ChangeLane {
 public:
  ChangeLane() = default;
  ChangeLane(const ChangeLane&) = delete;
  ChangeLane& operator=(const ChangeLane&) = delete;

  /// Sequence of the newest change before which, itself included, everything is settled; empty: none yet.
  [[nodiscard]] const std::string& done() const noexcept { return done_; }
  /// Sequence of the oldest change that is not settled; empty when there is none.
  [[nodiscard]] std::string_view oldest_open() const noexcept {
    return oldest_ == nullptr ? std::string_view{} : std::string_view{oldest_->sequence};
  }
  /// Changes taken and not settled.
  [[nodiscard]] std::size_t open() const noexcept { return open_; }

  /// For the Resequencer: the next change, of this many events; null when that settles it. Throws std::bad_alloc;
  /// then nothing was added.
  OpenChange* add(std::string_view sequence, std::size_t events);
  /// For the Resequencer: one of the change's events is settled, and with the last one the change.
  static void settle(OpenChange& change) noexcept;

 private:
  void close(OpenChange& change) noexcept;

  std::string done_;
  std::size_t open_ = 0;
  OpenChange* oldest_ = nullptr;
  OpenChange* newest_ = nullptr;
  OpenChange* free_ = nullptr;  // linked by `after`; their texts keep their memory
  std::deque<OpenChange> changes_;
};

}  // namespace leftfold::inline v0::runtime
