// SPDX-License-Identifier: Apache-2.0
// Writes appends into the file: the SQL of one group commit.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <leftfold/clock.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>

#include "sqlite/connection.h"
#include "sqlite/durable_writer.h"
#include "sqlite/head_cache.h"
#include "sqlite/shared_file.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// One write transaction after the other: begin(), apply() each request, commit(), finish(). A request that conflicts
/// leaves the transaction as it was; when apply() throws, undo() is due. One thread at a time, not always the same.
class EventWriter {
 public:
  struct Options {
    std::chrono::milliseconds lock_timeout{};
    int checkpoint_pages = 1000;
    Clock* clock = nullptr;
    Logger* log = nullptr;
  };
  /// `connection` is open on a store.
  EventWriter(std::unique_ptr<Connection> connection, std::shared_ptr<SharedFile> shared, Options options);

  /// Waits for the write lock. Throws Error(unavailable, permission_denied, corrupt, storage_full): there is then no
  /// transaction.
  void begin();
  /// The request's outcome, if commit() succeeds. `recorded_at`: the time of a commit that another store recorded.
  [[nodiscard]] AppendResult apply(const AppendRequest& request, std::optional<Timestamp> recorded_at = {});
  /// Makes all durable. Throws Error(unavailable, storage_full): nothing was stored; in_doubt: unknown. The transaction
  /// is over in any case.
  void commit();
  void undo() noexcept;
  /// After commit() and after its waiters were told: moves a long log into the file, lets other writers in.
  void finish() noexcept;

 private:
  void refresh();
  void forget() noexcept;
  [[nodiscard]] StreamHead& head_of(std::string_view aggregate_id);
  [[nodiscard]] const Appended* first_result(std::int64_t stream, const AppendRequest& request);
  void insert_events(const AppendRequest& request, const StreamHead& head, std::int64_t committed_at);
  void note_time(std::int64_t committed_at);
  void insert_command(const AppendRequest& request, std::int64_t stream, const Appended& result);

  Options options_;
  DurableWriter transaction_;
  Connection* connection_;  // the transaction's
  Statement data_version_, last_event_, find_stream_, add_stream_, add_event_, find_command_, add_command_;

  HeadCache heads_;
  std::int64_t seen_data_version_ = -1;
  std::int64_t position_ = 0;      // of the last event, including this transaction's
  std::int64_t committed_at_ = 0;  // of the last event
  std::int64_t now_ = 0;           // committed_at of this transaction
  bool noted_earlier_ = false;     // the file says already that its times go back somewhere
  Appended repeated_;
  int log_pages_ = 0;
};

}  // namespace leftfold::inline v0::sqlite
