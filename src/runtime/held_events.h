// SPDX-License-Identifier: Apache-2.0
// The events of one partition that a projector took and could not finish yet.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <leftfold/clock.h>

#include "runtime/delivery.h"
#include "runtime/offset_window.h"

namespace leftfold::inline v0::detail {

/// From the first event that waits until none does: what waits, and up to where everything is finished. Meanwhile the
/// events of other aggregates go on. One thread.
class HeldEvents {
 public:
  /// Events above the watermark, at most; more are not taken while one is unfinished.
  static constexpr std::size_t kMaxSpan = 1000;

  explicit HeldEvents(Position done) : window_{done} {}

  [[nodiscard]] OffsetWindow& window() noexcept { return window_; }
  [[nodiscard]] const OffsetWindow& window() const noexcept { return window_; }

  /// Lets an event, the first unfinished one of its aggregate, wait until then.
  void wait(Delivery delivery, Instant until);
  /// Queues an event when one of its aggregate waits. Returns false, and leaves it, when none does.
  [[nodiscard]] bool wait_behind(Delivery& delivery);
  [[nodiscard]] bool waits(std::string_view aggregate) const { return waiting_.find(aggregate) != waiting_.end(); }
  /// The event that waits for the aggregate, and how many are behind it; it must wait.
  struct Queue {
    Delivery& first;
    std::size_t behind;
  };
  [[nodiscard]] Queue queue_of(std::string_view aggregate);
  /// Lets a waiting event go on at once.
  void wake(std::string_view aggregate);

  /// Puts aside what nothing is known against but that nothing may be handled now.
  void set_aside(Deliveries deliveries);
  /// Takes out the queues whose time has come, and what was set aside.
  [[nodiscard]] Deliveries take_due(Instant now);
  /// Calls `f` with each first event whose time has come.
  void each_due(Instant now, const std::function<void(Delivery&)>& f);
  /// Forgets events up to `done`, which somebody else finished.
  void drop_up_to(Position done);

  /// When the first queue's time comes; what was set aside may go on at once, for all that is known here.
  [[nodiscard]] Instant next_due() const;
  [[nodiscard]] bool has_set_aside() const noexcept { return !aside_.empty(); }
  /// True when nothing is left: everything up to window().done() is finished.
  [[nodiscard]] bool over() const noexcept { return waiting_.empty() && aside_.empty() && window_.span() == 0; }
  [[nodiscard]] std::size_t aggregates() const noexcept { return waiting_.size(); }
  [[nodiscard]] std::size_t events() const noexcept;

 private:
  struct Waiting {
    std::deque<Delivery> events;
    Instant until{};
  };

  OffsetWindow window_;
  std::map<std::string, Waiting, std::less<>> waiting_;  // by aggregate
  Deliveries aside_;
};

}  // namespace leftfold::inline v0::detail
