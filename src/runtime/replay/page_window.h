// SPDX-License-Identifier: Apache-2.0
// A bounded window over the pages of a replay: readers fill it, every consumer gets every page in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "runtime/replay/replay_page.h"

namespace leftfold::inline v0::runtime {

/// Pages are numbered from 0. One that the slowest consumer has not taken yet keeps those `room` later out, so memory
/// is bounded. The first failure, of whichever thread, ends it for all. Any thread; a consumer is one thread.
class PageWindow {
 public:
  using Page = std::shared_ptr<const ReplayPage>;

  PageWindow(std::size_t room, std::size_t consumers) : room_{room}, next_(consumers, 0) {}

  /// For readers: waits until page `number` has room. False: a stop or a failure came first, or no such page is wanted.
  [[nodiscard]] bool wait_for_room(std::uint64_t number, const std::stop_token& stop);
  /// Hands over page `number`, for which there is room.
  void put(std::uint64_t number, Page page);
  /// Hands over the next page, when there is room. False as wait_for_room.
  [[nodiscard]] bool push(Page page, const std::stop_token& stop);
  /// There are so many pages, and no more.
  void end_at(std::uint64_t pages);
  /// There are no more than were pushed.
  void end();
  /// Ends it: what take() and the others wait for will not come. The first failure counts.
  void fail(std::exception_ptr failure) noexcept;

  /// For consumer number `consumer`: its next page; null at the end, after a stop, and after a failure.
  [[nodiscard]] Page take(std::size_t consumer, const std::stop_token& stop);

  [[nodiscard]] std::exception_ptr failure() const;
  /// Every consumer has taken every page.
  [[nodiscard]] bool all_taken() const;

 private:
  static constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();
  // With mutex_ held.
  [[nodiscard]] bool has_room(std::uint64_t number) const { return number < first_ + room_; }
  void keep(std::uint64_t number, Page page);
  void drop_taken();

  const std::size_t room_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Page> pages_;  // from number first_ on; null: not here yet
  std::uint64_t first_ = 0;
  std::uint64_t pushed_ = 0;  // the number of the next push()
  std::uint64_t end_ = kUnknown;
  std::vector<std::uint64_t> next_;  // by consumer
  std::exception_ptr failure_;
};

}  // namespace leftfold::inline v0::runtime
