// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_subscription.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::detail {

MemorySubscription::MemorySubscription(std::shared_ptr<MemoryLog> log, SubscriptionOptions options)
    : log_{std::move(log)}, options_{std::move(options)}, place_{find_place()} {}

MemorySubscription::~MemorySubscription() {
  const std::scoped_lock lock{log_->mutex_};
  if (place_ != nullptr && assigned()) give_back();
}

// [place]
MemoryLog::Place* MemorySubscription::find_place() {
  if (options_.name.empty()) {
    throw Error{Errc::invalid_argument, "subscribe: the subscription has no name; name it \"<group>.<handler>\""};
  }
  const std::scoped_lock lock{log_->mutex_};
  start_ = options_.start == StartFrom::latest ? log_->last() : Position::start();
  if (options_.kind == SubscriptionKind::local) return nullptr;
  MemoryLog::Place& place = log_->places_[options_.name];
  // "Latest" is decided once and remembered, or events that come before the first checkpoint could be skipped.
  if (!place.checkpoint && options_.start == StartFrom::latest) place.checkpoint = start_;
  return &place;
}
// [/place]

// [take]
Taken MemorySubscription::take(std::size_t max, const std::stop_token& stop, Instant deadline) {
  std::unique_lock lock{log_->mutex_};
  const bool queued = place_ != nullptr && !assigned();
  if (queued) place_->waiting.push_back(this);
  const auto something_to_report = [&] {
    if (woken_) return true;
    return assigned() ? max > 0 && !held_ && next_after_ < log_->last() : can_be_assigned();
  };
  log_->clock_->wait_until(lock, log_->changed_, stop, deadline, something_to_report);
  woken_ = false;

  Taken taken;
  if (!assigned()) {
    // Events come with the next take(), so that the caller can seek() first.
    if (can_be_assigned()) taken.assigned.push_back(assign());
    if (queued) std::erase(place_->waiting, this);
  } else if (!held_) {
    taken.events = log_->page_after(next_after_, max);
    if (!taken.events.empty()) next_after_ = taken.events.back().position;
  }
  return taken;
}
// [/take]

void MemorySubscription::wake() noexcept {
  const std::scoped_lock lock{log_->mutex_};
  woken_ = true;
  log_->changed_.notify_all();
}

void MemorySubscription::seek(std::int32_t partition, std::int64_t epoch, Position done) {
  const std::scoped_lock lock{log_->mutex_};
  if (owns(partition, epoch)) next_after_ = done;
}

void MemorySubscription::hold(std::int32_t partition, std::int64_t epoch, bool on) {
  const std::scoped_lock lock{log_->mutex_};
  if (owns(partition, epoch)) held_ = on;
}

// [checkpoint]
bool MemorySubscription::checkpoint(std::int32_t partition, std::int64_t epoch, Position done) {
  if (place_ == nullptr) {
    throw Error{Errc::invalid_argument,
                "checkpoint: subscription " + options_.name + " is local and has no checkpoint; use a shared one"};
  }
  const std::scoped_lock lock{log_->mutex_};
  if (!owns(partition, epoch)) return false;
  place_->checkpoint = done;
  return true;
}
// [/checkpoint]

void MemorySubscription::release(std::int32_t partition, std::int64_t epoch) {
  const std::scoped_lock lock{log_->mutex_};
  if (place_ != nullptr && owns(partition, epoch)) give_back();
}

// Those that wait take turns: whoever gave the partition back queues behind them.
bool MemorySubscription::can_be_assigned() const {
  return place_ == nullptr || (place_->owner == nullptr && place_->waiting.front() == this);
}

bool MemorySubscription::owns(std::int32_t partition, std::int64_t epoch) const {
  return partition == 0 && assigned() && epoch == epoch_;
}

Assignment MemorySubscription::assign() {
  held_ = false;
  if (place_ == nullptr) {
    epoch_ = 1;
    next_after_ = start_;
  } else {
    epoch_ = ++place_->epoch;
    place_->owner = this;
    next_after_ = place_->checkpoint.value_or(start_);
  }
  return {0, epoch_, next_after_};
}

void MemorySubscription::give_back() {
  place_->owner = nullptr;
  epoch_ = 0;
  log_->changed_.notify_all();
}

}  // namespace leftfold::inline v0::detail
