// SPDX-License-Identifier: Apache-2.0
// One reader of a MemoryStore's log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>

#include <leftfold/event_feed.h>

#include "memory/memory_log.h"

namespace leftfold::inline v0::detail {

/// Reads the log in its one partition, number 0. With a shared or gated kind it does so while it owns its name's Place,
/// which passes from one subscription to the next as they release it or end.
/// One thread at a time, but wake() from any. Keeps the store's insides alive.
class MemorySubscription final : public Subscription {
 public:
  /// Throws Error(invalid_argument) for an empty name.
  MemorySubscription(std::shared_ptr<MemoryLog> log, SubscriptionOptions options);
  ~MemorySubscription() override;
  MemorySubscription(const MemorySubscription&) = delete;
  MemorySubscription& operator=(const MemorySubscription&) = delete;

  [[nodiscard]] Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override;
  void seek(std::int32_t partition, std::int64_t epoch, Position done) override;
  void hold(std::int32_t partition, std::int64_t epoch, bool on) override;
  [[nodiscard]] bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) override;
  void release(std::int32_t partition, std::int64_t epoch) override;

 private:
  [[nodiscard]] MemoryLog::Place* find_place();

  // With the store's mutex held.
  [[nodiscard]] bool assigned() const { return epoch_ != 0; }
  [[nodiscard]] bool can_be_assigned() const;
  [[nodiscard]] bool owns(std::int32_t partition, std::int64_t epoch) const;
  [[nodiscard]] Assignment assign();
  void give_back();

  const std::shared_ptr<MemoryLog> log_;
  const SubscriptionOptions options_;
  Position start_;                 // where it starts without a checkpoint
  MemoryLog::Place* const place_;  // null for SubscriptionKind::local
  std::int64_t epoch_ = 0;         // of this one's assignment; 0 while it has none
  Position next_after_;            // the next take() continues after this
  bool held_ = false;              // no events for now
  bool woken_ = false;
};

}  // namespace leftfold::inline v0::detail
