// SPDX-License-Identifier: Apache-2.0
#include "runtime/parked_marks.h"

#include <functional>

namespace leftfold::inline v0::detail {

std::size_t ParkedMarks::bit_of(std::string_view aggregate) noexcept {
  return std::hash<std::string_view>{}(aggregate) % kBits;
}

void ParkedMarks::insert(std::string_view aggregate) {
  const std::size_t bit = bit_of(aggregate);
  aggregates_.emplace(aggregate);
  bits_[bit / kWord].fetch_or(std::uint64_t{1} << (bit % kWord), std::memory_order_relaxed);
}

void ParkedMarks::add(std::string_view aggregate) {
  const std::scoped_lock lock{mutex_};
  insert(aggregate);
}

void ParkedMarks::add(std::span<const std::string> aggregates) {
  const std::scoped_lock lock{mutex_};
  for (const std::string& aggregate : aggregates) insert(aggregate);
}

// Bits of others may be the same, so single ones stay; an empty set has no others.
void ParkedMarks::remove(std::string_view aggregate) {
  const std::scoped_lock lock{mutex_};
  const auto at = aggregates_.find(aggregate);
  if (at == aggregates_.end()) return;
  aggregates_.erase(at);
  if (!aggregates_.empty()) return;
  for (std::atomic<std::uint64_t>& word : bits_) word.store(0, std::memory_order_relaxed);
}

bool ParkedMarks::contains(std::string_view aggregate) const {
  const std::size_t bit = bit_of(aggregate);
  const std::uint64_t word = bits_[bit / kWord].load(std::memory_order_relaxed);
  if ((word >> (bit % kWord) & 1U) == 0) return false;
  const std::scoped_lock lock{mutex_};
  return aggregates_.find(aggregate) != aggregates_.end();
}

}  // namespace leftfold::inline v0::detail
