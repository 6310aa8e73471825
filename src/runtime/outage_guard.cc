// SPDX-License-Identifier: Apache-2.0
#include "runtime/outage_guard.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::detail {

bool OutageGuard::wants_success() noexcept {
  if (!watching_.load(std::memory_order_relaxed)) return false;
  return !many_.load(std::memory_order_relaxed) || successes_.fetch_add(1, std::memory_order_relaxed) % kOneIn == 0;
}

void OutageGuard::succeeded(std::string_view aggregate, Instant now) {
  const std::scoped_lock lock{mutex_};
  note(aggregate, now, false);
  forget_before(now - kWindow);
}

bool OutageGuard::is_outage(std::string_view aggregate, Instant now) {
  const std::scoped_lock lock{mutex_};
  watching_ = true;
  note(aggregate, now, true);
  forget_before(now - kWindow);
  const auto failing = static_cast<std::size_t>(
      std::count_if(seen_.begin(), seen_.end(), [](const auto& entry) { return entry.second.fails; }));
  return failing >= min_distinct_ && static_cast<double>(failing) > ratio_ * static_cast<double>(seen_.size());
}

void OutageGuard::note(std::string_view aggregate, Instant now, bool fails) {
  const auto at = seen_.find(std::string{aggregate});
  if (at != seen_.end() && at->second.fails == fails && now - at->second.at < kResolution) return;
  if (at == seen_.end() && seen_.size() >= kMost) return;
  seen_[std::string{aggregate}] = {now, fails};
  order_.emplace_back(now, aggregate);
}

void OutageGuard::forget_before(Instant begin) {
  while (!order_.empty() && order_.front().first < begin) {
    const auto at = seen_.find(order_.front().second);
    if (at != seen_.end() && at->second.at < begin) seen_.erase(at);
    order_.pop_front();
  }
  if (seen_.empty()) watching_ = false;
  many_ = seen_.size() >= kMany;
}

}  // namespace leftfold::inline v0::detail
