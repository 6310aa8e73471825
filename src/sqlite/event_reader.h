// SPDX-License-Identifier: Apache-2.0
// Reads events: one connection and its statements, and the pool of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/event_feed.h>
#include <leftfold/event_page.h>
#include <leftfold/event_store.h>
#include <leftfold/sqlite.h>

#include "sqlite/connection.h"
#include "sqlite/idle_readers.h"
#include "sqlite/shared_file.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// Names of aggregates by id, bounded. Rows of `streams` never change, so nothing here gets old.
/// One thread at a time.
class StreamNames {
 public:
  explicit StreamNames(Connection& connection) : find_{connection, "SELECT name FROM streams WHERE id = ?1"} {}
  /// Valid until the next call. Throws Error(corrupt) for an id without a row.
  [[nodiscard]] std::string_view name(std::int64_t stream, std::string_view file);

 private:
  static constexpr std::size_t kSlots = 32'768;  // about 3 MB with names of 40 bytes
  struct Slot {
    std::int64_t stream = 0;
    std::string name;
  };
  Statement find_;
  std::vector<Slot> slots_;
};

/// Reads through one connection, in short transactions: a long one would keep the log from being emptied.
/// One thread at a time.
class EventReader {
 public:
  explicit EventReader(std::unique_ptr<Connection> connection);

  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max);
  /// An event that cannot be decoded becomes one of type kUnreadable with Undecodable::bring.
  [[nodiscard]] EventPage read_all(Position after, std::size_t max, Undecodable undecodable = Undecodable::fail);
  [[nodiscard]] Position head();
  [[nodiscard]] bool is_in_time_order();
  [[nodiscard]] Position checkpoint(std::string_view subscription);
  [[nodiscard]] std::vector<StoredSubscription> subscriptions();
  [[nodiscard]] std::vector<StoredSubscription> projections();
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id, std::string_view key);

 private:
  [[nodiscard]] RecordedEvent of_any_aggregate(const Statement& row);
  [[nodiscard]] RecordedEvent unreadable(const Statement& row, const std::string& why, std::string& metadata);
  [[nodiscard]] bool has_read_models();
  [[nodiscard]] bool has_table(std::string_view name);
  /// 0 when there is none.
  [[nodiscard]] std::int64_t stream_of(std::string_view aggregate_id);

  std::unique_ptr<Connection> connection_;
  StreamNames names_;
  Statement find_stream_, read_stream_, read_all_, head_, find_command_, find_checkpoint_;
};

/// Readers for as many threads as read at the same time; a few are kept open.
/// Any thread.
class ReaderPool {
 public:
  ReaderPool(std::filesystem::path file, std::shared_ptr<SharedFile> shared, std::chrono::milliseconds lock_timeout)
      : file_{std::move(file)}, shared_{std::move(shared)}, lock_timeout_{lock_timeout} {}

  /// Calls `read` with a reader nobody else uses.
  template <class Read>
  auto with(Read read) {
    std::unique_ptr<EventReader> reader = get();
    auto result = read(*reader);
    idle_.put_back(std::move(reader));
    return result;
  }

 private:
  [[nodiscard]] std::unique_ptr<EventReader> get();
  // As many as a replay reads with at once, one a core; each keeps a page cache of 2 MB.
  static std::size_t most_idle() { return std::max(4U, std::thread::hardware_concurrency()); }

  const std::filesystem::path file_;
  const std::shared_ptr<SharedFile> shared_;
  const std::chrono::milliseconds lock_timeout_;
  IdleReaders<EventReader> idle_{most_idle()};
};

}  // namespace leftfold::inline v0::sqlite
