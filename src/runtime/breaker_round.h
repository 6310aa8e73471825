// SPDX-License-Identifier: Apache-2.0
// One look at the breaker store for all breakers of a Runner.
#pragma once

#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>

namespace leftfold::inline v0::detail {

/// A BreakerStore before another one. In a round, what is read is of one list of all records, for as long as nothing is
/// written: a store that is paid by the call is asked once, not once for each breaker. A store that failed is not asked
/// again in the same round. One thread at a time. The store must outlive it.
class BreakerRound final : public BreakerStore {
 public:
  explicit BreakerRound(BreakerStore& store) : store_{store} {}

  void begin();
  void end() noexcept;

  [[nodiscard]] BreakerRecord read(std::string_view name) override;
  [[nodiscard]] std::vector<BreakerRecord> list() override { return store_.list(); }
  [[nodiscard]] bool write(const BreakerRecord& record) override;

 private:
  [[nodiscard]] bool look();
  BreakerStore& store_;
  bool in_round_ = false;
  std::optional<std::vector<BreakerRecord>> records_;
  std::exception_ptr failure_;
};

}  // namespace leftfold::inline v0::detail
