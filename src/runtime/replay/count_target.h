// SPDX-License-Identifier: Apache-2.0
// A dry run: counts what would be handled.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/replay/replay_target.h"

namespace leftfold::inline v0::runtime {

/// Counts chosen events by type. types() and of(): any thread.
class CountTarget final : public ReplayTarget {
 public:
  explicit CountTarget(const TargetContext& context) : context_{context} {}

  void handle(const ReplayPage& page, const std::stop_token& halt) override;

  /// The most first.
  [[nodiscard]] std::vector<ReplayProgress::Type> types() const;
  /// How many of them a handler receives.
  [[nodiscard]] std::uint64_t of(const HandlerTable& table) const;

 private:
  const TargetContext& context_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> types_;
};

}  // namespace leftfold::inline v0::runtime
