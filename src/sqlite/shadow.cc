// SPDX-License-Identifier: Apache-2.0
#include "sqlite/shadow.h"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/read_model.h>

#include "sqlite/failure.h"
#include "sqlite/identifier.h"
#include "sqlite/kept_tables.h"
#include "sqlite/lock_file.h"
#include "sqlite/projector_transaction.h"
#include "sqlite/statement.h"
#include "sqlite/table_comparison.h"

namespace leftfold::inline v0::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBuilderByte = 1;  // of the shadow's lock file; byte 0 is for setting a file up

// "<file>.shadow-<projector>", with what is not of every file system as %XX.
fs::path shadow_path(const fs::path& live, std::string_view projector) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string name = live.string() + ".shadow-";
  for (const char c : projector) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      name += c;
    } else {
      name.append(1, '%').append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
    }
  }
  return name;
}

void attach(Connection& connection, const fs::path& shadow) {
  const std::string path = shadow.string();
  Statement statement{connection, "ATTACH ?1 AS " + identifier(kShadow)};
  statement.bind(1, path);
  statement.run();
}

/// A connection that may rename tables under views and triggers of others.
class SwapConnection {
 public:
  SwapConnection(ReadModelFile& live, std::chrono::milliseconds lock_timeout)
      : connection_{live.path(), Access::read_write, lock_timeout}, hold_{live.enter()} {
    connection_.execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; "
        "PRAGMA cache_size = -65536");
  }
  Connection* operator->() { return &connection_; }
  Connection& operator*() { return connection_; }

  /// BEGIN IMMEDIATE would lock the attached file too, which is still written to: the first write locks this one alone.
  void begin() {
    connection_.execute("BEGIN; DELETE FROM main.leftfold_projections WHERE 0");
    try {
      connection_.check_file_in_place();
    } catch (...) {
      connection_.rollback();
      throw;
    }
  }
  void commit() {
    try {
      connection_.execute("COMMIT");
    } catch (...) {
      connection_.rollback();
      throw;
    }
  }

 private:
  Connection connection_;
  WriterGate::Hold hold_;
};

class Swap final : public TableSwap {
 public:
  Swap(ReadModelFile& live, const fs::path& shadow, std::string_view projector, std::chrono::milliseconds lock_timeout)
      : connection_{live, lock_timeout} {
    attach(*connection_, shadow);
    connection_.begin();
    try {
      tables_.emplace(*connection_, projector);
      checkpoint_ = checkpoint_in_use(*connection_, projector);
    } catch (...) {
      connection_->rollback();
      throw;
    }
  }
  Swap(const Swap&) = delete;
  Swap& operator=(const Swap&) = delete;
  ~Swap() override { connection_->rollback(); }

  std::optional<Position> checkpoint() const override { return checkpoint_; }
  void commit() override {
    if (!connection_->in_transaction()) throw Error{Errc::invalid_argument, "the swap is over; begin another"};
    tables_->replace_by_shadow();
    connection_.commit();
  }

 private:
  SwapConnection connection_;
  std::optional<KeptTables> tables_;
  std::optional<Position> checkpoint_;
};

class Snapshot final : public LiveTables {
 public:
  Snapshot(const fs::path& live, const fs::path& shadow, std::string_view projector,
           std::chrono::milliseconds lock_timeout)
      : connection_{live, Access::read_only, lock_timeout} {
    attach(connection_, shadow);
    connection_.execute("BEGIN");
    checkpoint_ = checkpoint_in_use(connection_, projector);
  }
  std::optional<Position> checkpoint() const override { return checkpoint_; }
  TableComparison compare(std::size_t most) override { return compare_tables(connection_, most); }

 private:
  Connection connection_;
  std::optional<Position> checkpoint_;
};

/// Begins transactions that send their thread's statements to the shadow.
class ShadowModel final : public ReadModel {
 public:
  ShadowModel(const fs::path& file, std::shared_ptr<ThreadFiles> threads, std::chrono::milliseconds lock_timeout)
      : file_{std::make_shared<ReadModelFile>(file, lock_timeout)}, threads_{std::move(threads)} {}

  std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) override {
    return std::make_unique<ProjectorTransaction>(file_, projector, ThreadFiles::Redirect{threads_, file_});
  }
  std::optional<Position> checkpoint(std::string_view projector) override {
    const WriterGate::Hold hold = file_->enter();
    const std::optional<std::int64_t> checkpoint = file_->checkpoint(projector);
    return checkpoint ? std::optional{Position{*checkpoint}} : std::nullopt;
  }

 private:
  std::shared_ptr<ReadModelFile> file_;
  std::shared_ptr<ThreadFiles> threads_;
};

class Shadow final : public ShadowTables {
 public:
  Shadow(std::shared_ptr<ReadModelFile> live, std::string_view projector, std::shared_ptr<ThreadFiles> threads,
         std::chrono::milliseconds lock_timeout)
      : live_{std::move(live)},
        projector_{projector},
        lock_timeout_{lock_timeout},
        path_{shadow_path(live_->path(), projector)},
        lock_{path_} {
    if (!lock_.try_lock(kBuilderByte)) {
      throw Error{Errc::unavailable, path_.string() + ": another replay builds the shadow of projector " + projector_ +
                                         "; wait for its end, or stop it"};
    }
    model_ = std::make_unique<ShadowModel>(path_, std::move(threads), lock_timeout);
  }

  ReadModel& model() override { return *model_; }
  std::unique_ptr<LiveTables> live() override {
    return std::make_unique<Snapshot>(live_->path(), path_, projector_, lock_timeout_);
  }
  std::unique_ptr<TableSwap> begin_swap() override {
    return std::make_unique<Swap>(*live_, path_, projector_, lock_timeout_);
  }
  void discard() override {
    model_.reset();  // closes its connections
    // The lock's file goes last: whoever finds it gone makes a new one, and whoever has the old one looks again.
    for (const char* suffix : {"", "-wal", "-shm", "-lock"}) {
      const fs::path file = path_.string() + suffix;
      std::error_code code;
      fs::remove(file, code);
      if (code) throw Error{Errc::unavailable, file.string() + ": cannot be removed: " + code.message()};
    }
  }

 private:
  const std::shared_ptr<ReadModelFile> live_;
  const std::string projector_;
  const std::chrono::milliseconds lock_timeout_;
  const fs::path path_;
  LockFile lock_;
  std::unique_ptr<ShadowModel> model_;
};

}  // namespace

std::unique_ptr<ShadowTables> open_shadow_of(const std::shared_ptr<ReadModelFile>& live, std::string_view projector,
                                             std::shared_ptr<ThreadFiles> threads,
                                             std::chrono::milliseconds lock_timeout) {
  if (live->in_memory()) {
    throw Error{Errc::unsupported, "projector " + std::string{projector} +
                                       ": tables in \":memory:\" have no shadow beside them; replay in place"};
  }
  return std::make_unique<Shadow>(live, projector, std::move(threads), lock_timeout);
}

Position restore_kept_of(ReadModelFile& live, std::string_view projector, std::chrono::milliseconds lock_timeout) {
  if (live.in_memory()) throw Error{Errc::unsupported, "tables in \":memory:\" are never kept"};
  SwapConnection connection{live, lock_timeout};
  connection.begin();
  try {
    KeptTables tables{*connection, projector};
    tables.restore();
    const Position checkpoint = checkpoint_in_use(*connection, projector).value_or(Position::start());
    connection.commit();
    return checkpoint;
  } catch (...) {
    connection->rollback();
    throw;
  }
}

}  // namespace leftfold::inline v0::sqlite
