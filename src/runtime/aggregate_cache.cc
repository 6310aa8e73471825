// SPDX-License-Identifier: Apache-2.0
#include "runtime/aggregate_cache.h"

#include <utility>

namespace leftfold::inline v0::runtime {

AggregateEntry* AggregateCache::find(std::string_view id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return nullptr;
  AggregateEntry& entry = *at->entry;
  if (entry.resting && newest_ != &entry) {
    rouse(entry);
    rest(entry);
  }
  return &entry;
}

AggregateEntry& AggregateCache::add(std::string_view id) {
  auto entry = std::make_unique<AggregateEntry>();
  entry->id = id;
  AggregateEntry& added = *entry;
  entries_.insert(Owner{std::move(entry)});
  rest(added);
  return added;
}

void AggregateCache::remove(AggregateEntry& entry) noexcept {
  rouse(entry);
  entries_.erase(entries_.find(std::string_view{entry.id}));
}

void AggregateCache::rouse(AggregateEntry& entry) noexcept {
  if (!entry.resting) return;
  (entry.newer == nullptr ? newest_ : entry.newer->older) = entry.older;
  (entry.older == nullptr ? oldest_ : entry.older->newer) = entry.newer;
  entry.newer = entry.older = nullptr;
  entry.resting = false;
}

void AggregateCache::rest(AggregateEntry& entry) noexcept {
  if (entry.resting || entry.dirty || entry.first_ticket != 0 || !entry.waiters.empty() || entry.stall) return;
  entry.older = newest_;
  (newest_ == nullptr ? oldest_ : newest_->newer) = &entry;
  newest_ = &entry;
  entry.resting = true;
}

void AggregateCache::mark_dirty(AggregateEntry& entry) {
  if (entry.dirty) return;
  dirty_.push_back(&entry);
  entry.dirty = true;
  rouse(entry);
}

std::vector<PublishCursor> AggregateCache::take_dirty() {
  std::vector<PublishCursor> cursors;
  cursors.reserve(dirty_.size());
  for (const AggregateEntry* entry : dirty_) cursors.push_back({entry->id, Version{entry->acked}});
  for (AggregateEntry* entry : dirty_) {
    entry->dirty = false;
    rest(*entry);
  }
  dirty_.clear();
  return cursors;
}

void AggregateCache::trim() noexcept {
  while (entries_.size() > remembered_ && oldest_ != nullptr) remove(*oldest_);
}

}  // namespace leftfold::inline v0::runtime
