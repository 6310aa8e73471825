// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/page_queue.h"

#include <utility>

namespace leftfold::inline v0::runtime {

PageQueue::PageQueue(Clock& clock, std::function<void()> filled) : clock_{clock}, filled_{std::move(filled)} {}

bool PageQueue::push(Entry entry, const std::stop_token& stop) {
  {
    std::unique_lock lock{mutex_};
    const auto room = [&] {
      const auto at = pages_.find(entry.reading);
      return at == pages_.end() || at->second < kPagesEach;
    };
    if (!clock_.wait_until(lock, room_, stop, kNever, room)) return false;
    ++pages_[entry.reading];
    entries_.push_back(std::move(entry));
  }
  filled_();
  return true;
}

std::optional<PageQueue::Entry> PageQueue::pop() {
  const std::scoped_lock lock{mutex_};
  if (entries_.empty()) return std::nullopt;
  Entry entry = std::move(entries_.front());
  entries_.pop_front();
  const auto at = pages_.find(entry.reading);
  if (--at->second == 0) pages_.erase(at);
  room_.notify_all();
  return entry;
}

bool PageQueue::empty() const {
  const std::scoped_lock lock{mutex_};
  return entries_.empty();
}

void PageQueue::drop(std::int64_t reading) {
  const std::scoped_lock lock{mutex_};
  std::erase_if(entries_, [&](const Entry& entry) { return entry.reading == reading; });
  pages_.erase(reading);
  room_.notify_all();
}

}  // namespace leftfold::inline v0::runtime
