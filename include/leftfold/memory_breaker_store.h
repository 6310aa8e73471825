// SPDX-License-Identifier: Apache-2.0
// Breaker records in memory: for tests, and for several breakers of one name in one process.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>

namespace leftfold::inline v0 {

/// Keeps every promise of BreakerStore except durability: what it holds ends with it. Any thread.
class MemoryBreakerStore final : public BreakerStore {
 public:
  [[nodiscard]] BreakerRecord read(std::string_view name) override;
  [[nodiscard]] std::vector<BreakerRecord> list() override;
  [[nodiscard]] bool write(const BreakerRecord& record) override;

 private:
  std::mutex mutex_;
  std::map<std::string, BreakerRecord, std::less<>> records_;
};

}  // namespace leftfold::inline v0
