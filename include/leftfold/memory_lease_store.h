// SPDX-License-Identifier: Apache-2.0
// Leases in memory: for tests, and for several workers of one process.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/lease_store.h>

namespace leftfold::inline v0 {

/// Keeps every promise of LeaseStore; what it holds ends with it. Any thread.
class MemoryLeaseStore final : public LeaseStore {
 public:
  [[nodiscard]] std::vector<Lease> list(std::string_view group) override;
  [[nodiscard]] bool write(const Lease& lease) override;
  [[nodiscard]] bool remove(const Lease& lease) override;

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Lease> leases_;  // by group and name
};

}  // namespace leftfold::inline v0
