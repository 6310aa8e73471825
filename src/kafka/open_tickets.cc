// SPDX-License-Identifier: Apache-2.0
#include "kafka/open_tickets.h"

namespace leftfold::inline v0::kafka {

std::uint64_t OpenTickets::open() {
  open_.push_back(true);
  ++count_;
  return first_ + open_.size() - 1;
}

void OpenTickets::take_back() noexcept {
  open_.pop_back();
  --count_;
}

bool OpenTickets::close(std::uint64_t ticket) noexcept {
  if (ticket < first_ || ticket - first_ >= open_.size()) return false;
  const auto at = static_cast<std::size_t>(ticket - first_);
  if (!open_[at]) return false;
  open_[at] = false;
  --count_;
  for (; !open_.empty() && !open_.front(); ++first_) open_.pop_front();
  return true;
}

std::vector<std::uint64_t> OpenTickets::all() const {
  std::vector<std::uint64_t> tickets;
  tickets.reserve(count_);
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (open_[i]) tickets.push_back(first_ + i);
  }
  return tickets;
}

}  // namespace leftfold::inline v0::kafka
