// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_lease_store.h>

namespace leftfold::inline v0 {

std::vector<Lease> MemoryLeaseStore::list(std::string_view group) {
  const std::lock_guard lock{mutex_};
  std::vector<Lease> found;
  for (auto at = leases_.lower_bound({std::string{group}, {}}); at != leases_.end() && at->first.first == group; ++at) {
    found.push_back(at->second);
  }
  return found;
}

bool MemoryLeaseStore::write(const Lease& lease) {
  validate(lease);
  const std::lock_guard lock{mutex_};
  const auto found = leases_.find({lease.group, lease.name});
  if ((found == leases_.end() ? 0 : found->second.counter) != lease.counter) return false;
  Lease& changed = found == leases_.end() ? leases_[{lease.group, lease.name}] : found->second;
  changed = lease;
  ++changed.counter;
  return true;
}

bool MemoryLeaseStore::remove(const Lease& lease) {
  validate(lease);
  const std::lock_guard lock{mutex_};
  const auto found = leases_.find({lease.group, lease.name});
  if (found == leases_.end() || found->second.counter != lease.counter) return false;
  leases_.erase(found);
  return true;
}

}  // namespace leftfold::inline v0
