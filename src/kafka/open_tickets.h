// SPDX-License-Identifier: Apache-2.0
// Which tickets of a sink still wait for their receipt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace leftfold::inline v0::kafka {

/// Tickets 1, 2, 3 ...; each is opened once and closed once. One thread at a time.
class OpenTickets {
 public:
  /// The next ticket. Throws std::bad_alloc; then it was not opened.
  [[nodiscard]] std::uint64_t open();
  /// Undoes the last open(), as if it had not been: the ticket comes again.
  void take_back() noexcept;
  /// False when the ticket was closed before, or never opened.
  [[nodiscard]] bool close(std::uint64_t ticket) noexcept;
  /// How many are open.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// The open ones, oldest first.
  [[nodiscard]] std::vector<std::uint64_t> all() const;

 private:
  std::uint64_t first_ = 1;  // the ticket of open_.front(); before it all are closed
  std::deque<bool> open_;
  std::size_t count_ = 0;
};

}  // namespace leftfold::inline v0::kafka
