// SPDX-License-Identifier: Apache-2.0
// The embedded default: one SQLite file is event store, broker and read tables.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/clock.h>
#include <leftfold/control_store.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_import.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>
#include <leftfold/snapshot_store.h>

namespace leftfold::inline v0 {

/// How the file is opened and commits are grouped. Plain value.
struct SqliteOptions {
  enum class Mode {
    read_write,  ///< creates the file when it is missing
    read_only,   ///< never writes, never creates; append throws Error(permission_denied)
  };
  std::string file;  ///< parent folder must exist
  Mode mode = Mode::read_write;
  std::chrono::milliseconds lock_timeout{30'000};  ///< how long to wait for a writer in another process
  std::size_t max_group_events = 4096;             ///< most events that share one commit
  int wal_autocheckpoint_pages = 1000;             ///< measured: 1000-4000 is best, see docs/format/sqlite.md
  Clock* clock = &system_clock();                  ///< must outlive the store
  Logger* log = &no_log();                         ///< told of commits in doubt; must outlive the store
};

/// What the file knows of a subscription. Plain value.
struct StoredSubscription {
  std::string name;
  std::optional<Position> done;  ///< its checkpoint, also that of a read model in the same file; empty: none yet, or
                                 ///< kept elsewhere
};

/// What `store status` shows of a file. Plain value.
struct SqliteFileInfo {
  std::int64_t format_version = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t wal_bytes = 0;   ///< of the log beside it, which a checkpoint brings into the file
  std::uint64_t free_bytes = 0;  ///< in the file, for what comes
  std::uint64_t streams = 0;     ///< aggregates
  std::uint64_t snapshots = 0;
  std::string sqlite_version;
};

/// Told how far a backup is, from 0 to 1. Returns false to end it.
using BackupProgress = std::function<bool(double part)>;

/// Event store and broker in one SQLite file (WAL, synchronous=FULL). Concurrent appends share one commit and one
/// fsync. Several processes may use the same file; the file must be on a local disk. docs/format/sqlite.md describes
/// every table.
/// Do not use it in a child made by fork(): open it there anew, after the fork.
/// Any thread. Must outlive its subscriptions and futures' waiters; the destructor finishes the appends in progress.
class SqliteStore final : public EventStore, public EventFeed, public EventImport {
 public:
  /// Opens or creates the file. Throws Error(permission_denied, not_found, corrupt, unavailable, storage_full),
  /// unsupported for a file of a newer format, or invalid_argument for a folder or another program's database.
  explicit SqliteStore(SqliteOptions options);
  ~SqliteStore() override;

  /// As EventStore::append. Throws Error(invalid_argument) too on a thread that has a transaction of a SqliteReadModel
  /// on the same file open: it would wait for itself.
  [[nodiscard]] AppendResult append(const AppendRequest& request) override;
  /// As append, without waiting: the future is ready once the events are durable and holds what append would return
  /// or throw. Appends of one thread are stored in the order of its calls.
  /// Throws Error(invalid_argument) at once for a request that breaks the rules.
  [[nodiscard]] std::future<AppendResult> append_async(AppendRequest request);

  /// A page also ends once it holds 16 MiB of text or 65,536 events; it is then not at_end().
  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override;
  [[nodiscard]] EventPage read_all(Position after, std::size_t max) override;
  [[nodiscard]] Position head() override;
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id,
                                                    std::string_view idempotency_key) override;
  [[nodiscard]] bool is_in_time_order() override;
  /// Commits given in one call share transactions, as concurrent appends do: a few hundred at once are fast.
  [[nodiscard]] std::vector<AppendResult> import_commits(std::vector<RecordedCommit> commits) override;

  /// Also throws Error(permission_denied) when the store is read_only, save for SubscriptionKind::local.
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override;
  [[nodiscard]] Position head(std::int32_t partition) override;
  [[nodiscard]] Position checkpoint(std::string_view subscription) override;
  /// Every subscription with a checkpoint that was ever opened on the file, by name.
  [[nodiscard]] std::vector<StoredSubscription> subscriptions();
  /// The checkpoint of every projector whose read model is in the file, by its name alone: "HotProducts", and of the
  /// partitions of a broker that has more than one "HotProducts/1" and so on.
  [[nodiscard]] std::vector<StoredSubscription> projections();

  /// The dead letters in the file; reading one of format version 1 that is open read_only finds none. What writes
  /// throws Error(permission_denied) too when the store is read_only, invalid_argument as append does, and in_doubt
  /// when the disk failed during the commit. The store must outlive its use.
  [[nodiscard]] DeadLetterStore& dead_letters() noexcept;
  /// What operators want of subscriptions, in the file; as dead_letters().
  [[nodiscard]] ControlStore& controls() noexcept;
  /// What the circuit breakers of several processes tell each other, in the file; as dead_letters(), but waits for
  /// another process's lock for a quarter of a second at most.
  [[nodiscard]] BreakerStore& breakers() noexcept;
  /// Snapshots of aggregates, in the file; as dead_letters(), but waits for another process's lock for two seconds at
  /// most. A file that is open read_only and was never opened for
  /// writing since it may hold snapshots has none.
  [[nodiscard]] SnapshotStore& snapshots() noexcept;

  [[nodiscard]] const std::string& file() const noexcept;  ///< its real path

  /// Counts the aggregates; quick otherwise. Throws Error(unavailable, corrupt).
  [[nodiscard]] SqliteFileInfo file_info();
  /// What is wrong with the file, in words, at most 100 findings: SQLite's own check, rows that point to nothing,
  /// aggregates with a version missing or out of order. Empty when nothing is. Reads all of it, which takes a while;
  /// a stop ends it with what was found until then. Throws Error(unavailable, corrupt).
  [[nodiscard]] std::vector<std::string> check_file(const std::stop_token& stop = {});
  /// Copies the file, as it is at one moment, into the file `to`, which appears once it is whole and durable; other
  /// threads and processes write on meanwhile, and their log grows until it ends. Read tables beside the events are in
  /// it too. Returns false when `progress` ended it: then there is no copy. Throws Error(invalid_argument) when `to` is
  /// there, not_found, permission_denied, storage_full, unavailable, corrupt; then there is no copy either.
  [[nodiscard]] bool backup(const std::string& to, const BackupProgress& progress = {});

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
