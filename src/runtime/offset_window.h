// SPDX-License-Identifier: Apache-2.0
// Which events of one partition are finished, and up to where all of them are.
#pragma once

#include <cstddef>
#include <deque>

#include <leftfold/types.h>

namespace leftfold::inline v0::detail {

/// The events of one assignment between its watermark and the newest one taken. Positions may have gaps (compaction,
/// transaction markers), so nothing is inferred from a number that is missing.
/// One thread at a time.
class OffsetWindow {
 public:
  explicit OffsetWindow(Position done) : done_{done}, last_{done} {}

  /// Adds an event to be handled. `position` is above last().
  void open(Position position);
  /// Adds an event of no interest: it is finished, in its place of the order. `position` is above last().
  void pass(Position position);
  /// Finishes an opened event, once. Returns true when the watermark moved.
  bool finish(Position position) noexcept;

  /// Everything up to `done` is finished, whoever did it.
  void advance(Position done);

  /// The watermark: everything up to here is finished, nothing above is known to be.
  [[nodiscard]] Position done() const noexcept { return done_; }
  /// The oldest event that is not finished: what the watermark waits for. last() without one.
  [[nodiscard]] Position first_open() const noexcept { return entries_.empty() ? last_ : entries_.front().position; }
  /// The newest event taken.
  [[nodiscard]] Position last() const noexcept { return last_; }
  /// Events above the watermark that were handed out: what a crash now would deliver again.
  [[nodiscard]] std::size_t span() const noexcept { return span_; }

 private:
  struct Entry {
    Position position;
    bool finished;
    bool passed;  // a run of passed events is one entry, at the position of the run's last
  };

  void drop_finished() noexcept;

  std::deque<Entry> entries_;
  std::size_t span_ = 0;
  Position done_;
  Position last_;
};

}  // namespace leftfold::inline v0::detail
