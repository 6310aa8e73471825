// SPDX-License-Identifier: Apache-2.0
// Pause, resume and restart in memory: for tests and for trying things out.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/control_store.h>

namespace leftfold::inline v0 {

/// Keeps every promise of ControlStore except durability: what it holds ends with it.
/// Any thread. The clock must outlive it.
class MemoryControlStore final : public ControlStore {
 public:
  explicit MemoryControlStore(Clock& clock = system_clock()) : clock_{clock} {}
  ~MemoryControlStore() override;

  [[nodiscard]] SubscriptionControl control(std::string_view subscription) override;
  [[nodiscard]] std::vector<SubscriptionControl> controls() override;
  void pause(std::string_view subscription, std::string_view by, std::string_view why) override;
  void resume(std::string_view subscription, std::string_view by) override;
  std::int64_t restart(std::string_view subscription, std::string_view by) override;

 private:
  // With mutex_ held.
  [[nodiscard]] SubscriptionControl find(std::string_view subscription) const;
  void put(SubscriptionControl control);

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, SubscriptionControl, std::less<>> controls_;
};

}  // namespace leftfold::inline v0
