// SPDX-License-Identifier: Apache-2.0
// Snapshots in a SQLite file.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <leftfold/snapshot_store.h>

#include "sqlite/connection.h"
#include "sqlite/idle_readers.h"
#include "sqlite/side_tables.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// SnapshotStore on the table `leftfold_snapshots`. Waits for locks for kLongestWait at most, whatever the store's
/// other parts do: a snapshot is not worth more, and the end of a program waits for the last one. Any thread; as many
/// read at the same time as like.
class SqliteSnapshots final : public SnapshotStore {
 public:
  static constexpr std::chrono::milliseconds kLongestWait{2000};

  explicit SqliteSnapshots(const FileAccess& access);

  bool save(const StoredSnapshot& snapshot) override;
  [[nodiscard]] std::optional<StoredSnapshot> load(std::string_view aggregate_id, std::string_view schema) override;
  bool remove(std::string_view aggregate_id, std::string_view schema) override;

 private:
  class Sql {
   public:
    explicit Sql(Connection& connection);
    bool save(const StoredSnapshot& snapshot);
    bool remove(std::string_view aggregate_id, std::string_view schema);

   private:
    Connection& connection_;
    Statement save_, remove_;
  };
  /// One connection, used by one thread at a time.
  struct Reader {
    explicit Reader(const FileAccess& access) : connection{access.connect(Access::read_only)} {}
    [[nodiscard]] bool can_find();  ///< false for a file without the table, which is read only
    std::unique_ptr<Connection> connection;
    Statement find;
  };

  const FileAccess access_;
  SideWriter<Sql> writer_;
  static constexpr std::size_t kMostIdle = 4;
  IdleReaders<Reader> idle_{kMostIdle};
};

}  // namespace leftfold::inline v0::sqlite
