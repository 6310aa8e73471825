// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_breaker_store.h>

namespace leftfold::inline v0 {

BreakerRecord MemoryBreakerStore::read(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = records_.find(name);
  if (found != records_.end()) return found->second;
  BreakerRecord none;
  none.name = name;
  return none;
}

std::vector<BreakerRecord> MemoryBreakerStore::list() {
  const std::lock_guard lock{mutex_};
  std::vector<BreakerRecord> records;
  for (const auto& [name, record] : records_) records.push_back(record);
  return records;
}

bool MemoryBreakerStore::write(const BreakerRecord& record) {
  validate(record);
  const std::lock_guard lock{mutex_};
  const auto found = records_.find(record.name);
  const std::int64_t stored = found == records_.end() ? 0 : found->second.revision;
  if (stored != record.revision) return false;
  BreakerRecord& changed = found == records_.end() ? records_[record.name] : found->second;
  changed = record;
  ++changed.revision;
  return true;
}

}  // namespace leftfold::inline v0
