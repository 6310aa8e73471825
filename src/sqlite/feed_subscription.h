// SPDX-License-Identifier: Apache-2.0
// One subscription of the embedded broker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>

#include "sqlite/event_reader.h"
#include "sqlite/lock_file.h"
#include "sqlite/shared_file.h"
#include "sqlite/subscription_table.h"

namespace leftfold::inline v0::sqlite {

/// What a store lends its subscriptions; it outlives them.
struct FeedAccess {
  std::filesystem::path file;
  ReaderPool& readers;
  SubscriptionTable* table;  ///< null when the store is read-only
  std::shared_ptr<SharedFile> shared;
  Clock* clock;
};

/// A reading of partition 0, the whole file. Owned by one holder of a byte of the lock file at a time, unless local.
/// See Subscription for threads and lifetime.
class FeedSubscription final : public Subscription {
 public:
  FeedSubscription(FeedAccess access, SubscriptionOptions options);
  ~FeedSubscription() override;

  [[nodiscard]] Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override;
  void seek(std::int32_t partition, std::int64_t epoch, Position done) override;
  void hold(std::int32_t partition, std::int64_t epoch, bool on) override;
  [[nodiscard]] bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) override;
  void release(std::int32_t partition, std::int64_t epoch) override;

 private:
  [[nodiscard]] bool local() const { return options_.kind == SubscriptionKind::local; }
  [[nodiscard]] bool assigned() const { return epoch_ != 0; }
  [[nodiscard]] bool owns(std::int32_t partition, std::int64_t epoch) const {
    return partition == 0 && assigned() && epoch == epoch_;
  }
  /// Puts what there is to report into `taken`; returns false when there is nothing.
  bool look(std::size_t max, Taken& taken);
  bool try_assign(Taken& taken);
  void give_back() noexcept;
  [[nodiscard]] Instant next_look(Instant deadline);

  FeedAccess access_;
  SubscriptionOptions options_;
  std::optional<LockFile> lock_file_;
  std::int64_t id_ = 0;          // the row; 0 for local
  std::int64_t epoch_ = 0;       // 0: not assigned
  std::int64_t lost_epoch_ = 0;  // to be reported
  Position next_after_;
  bool held_ = false;
  Instant eager_until_{};  // another process wrote lately: look often until then
  std::minstd_rand random_;
  Waker waker_;
};

}  // namespace leftfold::inline v0::sqlite
