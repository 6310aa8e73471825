// SPDX-License-Identifier: Apache-2.0
// The table `subscriptions`: checkpoints and epochs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include <leftfold/types.h>

#include "sqlite/connection.h"
#include "sqlite/shared_file.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// Writes checkpoints on a connection of its own with synchronous=NORMAL: one that a power cut takes back only makes
/// events come again, so it is not worth an fsync. Any thread. Each call throws Error(unavailable, storage_full,
/// corrupt), and nothing was changed then.
class SubscriptionTable {
 public:
  SubscriptionTable(std::unique_ptr<Connection> connection, std::shared_ptr<SharedFile> shared,
                    std::chrono::milliseconds lock_timeout);

  /// The row of that name; created when missing, and given `first_checkpoint` if it has none yet.
  [[nodiscard]] std::int64_t open(std::string_view name, std::optional<Position> first_checkpoint);

  struct Assigned {
    std::int64_t epoch = 0;
    Position checkpoint;
  };
  /// Begins a new epoch. The caller holds the subscription's lock.
  [[nodiscard]] Assigned assign(std::int64_t subscription);
  /// Returns false when the epoch is not the current one.
  [[nodiscard]] bool store(std::int64_t subscription, std::int64_t epoch, Position done);

 private:
  [[nodiscard]] WriterGate::Hold enter();

  std::mutex mutex_;
  std::shared_ptr<SharedFile> shared_;
  const std::chrono::milliseconds lock_timeout_;
  std::unique_ptr<Connection> connection_;
  Statement find_, add_, set_first_, assign_, store_;
};

}  // namespace leftfold::inline v0::sqlite
