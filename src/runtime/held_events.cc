// SPDX-License-Identifier: Apache-2.0
#include "runtime/held_events.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace leftfold::inline v0::detail {

void HeldEvents::wait(Delivery delivery, Instant until) {
  delivery.keep();
  Waiting& waiting = waiting_[std::string{delivery.event->aggregate_id}];
  waiting.until = until;
  waiting.events.push_front(std::move(delivery));
}

bool HeldEvents::wait_behind(Delivery& delivery) {
  const auto at = waiting_.find(delivery.event->aggregate_id);
  if (at == waiting_.end()) return false;
  delivery.keep();
  at->second.events.push_back(std::move(delivery));
  return true;
}

HeldEvents::Queue HeldEvents::queue_of(std::string_view aggregate) {
  std::deque<Delivery>& events = waiting_.find(aggregate)->second.events;
  return {events.front(), events.size() - 1};
}

void HeldEvents::wake(std::string_view aggregate) { waiting_.find(aggregate)->second.until = Instant::min(); }

void HeldEvents::set_aside(Deliveries deliveries) {
  for (Delivery& delivery : deliveries) delivery.keep();
  std::move(deliveries.begin(), deliveries.end(), std::back_inserter(aside_));
}

Deliveries HeldEvents::take_due(Instant now) {
  Deliveries due;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.until > now) {
      ++at;
      continue;
    }
    std::move(at->second.events.begin(), at->second.events.end(), std::back_inserter(due));
    at = waiting_.erase(at);
  }
  std::move(aside_.begin(), aside_.end(), std::back_inserter(due));
  aside_.clear();
  return due;
}

void HeldEvents::each_due(Instant now, const std::function<void(Delivery&)>& f) {
  for (auto& [aggregate, waiting] : waiting_) {
    if (waiting.until <= now) f(waiting.events.front());
  }
}

void HeldEvents::drop_up_to(Position done) {
  const auto dropped = [done](const Delivery& delivery) { return delivery.event->position <= done; };
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    std::erase_if(at->second.events, dropped);
    at = at->second.events.empty() ? waiting_.erase(at) : std::next(at);
  }
  std::erase_if(aside_, dropped);
  window_.advance(done);
}

Instant HeldEvents::next_due() const {
  if (has_set_aside()) return Instant::min();
  Instant next = kNever;
  for (const auto& [aggregate, waiting] : waiting_) next = std::min(next, waiting.until);
  return next;
}

std::size_t HeldEvents::events() const noexcept {
  std::size_t count = aside_.size();
  for (const auto& [aggregate, waiting] : waiting_) count += waiting.events.size();
  return count;
}

}  // namespace leftfold::inline v0::detail
