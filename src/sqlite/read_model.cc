// SPDX-License-Identifier: Apache-2.0
#include <leftfold/sqlite_read_model.h>

#include <mutex>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/projector_transaction.h"
#include "sqlite/read_model_file.h"
#include "sqlite/shadow.h"
#include "sqlite/sqlite_cursor.h"

namespace leftfold::inline v0 {

using sqlite::ProjectorTransaction;
using sqlite::ReadModelFile;

class SqliteReadModel::Impl {
 public:
  Impl(std::function<std::string()> path, std::chrono::milliseconds lock_timeout)
      : path_{std::move(path)}, lock_timeout_{lock_timeout} {}

  /// Where this thread's statements go: to the shadow while it has a transaction there.
  std::shared_ptr<ReadModelFile> file() {
    if (auto elsewhere = threads_->here()) return elsewhere;
    return own_file();
  }
  /// Opens the file at first use; after a failure the next use tries again.
  std::shared_ptr<ReadModelFile> own_file() {
    const std::lock_guard lock{mutex_};
    if (!file_) file_ = std::make_shared<ReadModelFile>(path_(), lock_timeout_);
    return file_;
  }
  const std::shared_ptr<sqlite::ThreadFiles>& threads() const noexcept { return threads_; }
  std::chrono::milliseconds lock_timeout() const noexcept { return lock_timeout_; }

 private:
  const std::function<std::string()> path_;
  const std::chrono::milliseconds lock_timeout_;
  const std::shared_ptr<sqlite::ThreadFiles> threads_ = std::make_shared<sqlite::ThreadFiles>();
  std::mutex mutex_;
  std::shared_ptr<ReadModelFile> file_;
};

SqliteReadModel::SqliteReadModel(std::string file, std::chrono::milliseconds lock_timeout)
    : impl_{std::make_shared<Impl>([path = std::move(file)] { return path; }, lock_timeout)} {}

SqliteReadModel::SqliteReadModel(std::function<std::string()> file)
    : impl_{std::make_shared<Impl>(std::move(file), std::chrono::seconds{30})} {}

SqliteReadModel::~SqliteReadModel() = default;

std::unique_ptr<ReadModelTransaction> SqliteReadModel::begin(std::string_view subscription) {
  return std::make_unique<ProjectorTransaction>(impl_->own_file(), subscription);
}

std::unique_ptr<ShadowTables> SqliteReadModel::open_shadow(std::string_view projector) {
  return sqlite::open_shadow_of(impl_->own_file(), projector, impl_->threads(), impl_->lock_timeout());
}

Position SqliteReadModel::restore_kept(std::string_view projector) {
  return sqlite::restore_kept_of(*impl_->own_file(), projector, impl_->lock_timeout());
}

std::optional<Position> SqliteReadModel::checkpoint(std::string_view subscription) {
  const auto rows =
      query<std::int64_t>("SELECT checkpoint FROM leftfold_projections WHERE projector = ?", subscription);
  return rows.empty() ? std::nullopt : std::optional{Position{rows.front()}};
}

SqliteReadModel::Cursor SqliteReadModel::prepare(std::string_view sql, bool write, int arguments) {
  Cursor cursor{new detail::SqliteCursor{impl_->file(), sql, write}};
  cursor->expect_arguments(arguments);
  return cursor;
}

std::int64_t SqliteReadModel::run(detail::SqliteCursor& cursor) { return cursor.run(); }

void SqliteReadModel::expect_columns(detail::SqliteCursor& cursor, int fields) { cursor.expect_columns(fields); }

void SqliteReadModel::CursorDeleter::operator()(detail::SqliteCursor* cursor) const noexcept { delete cursor; }

}  // namespace leftfold::inline v0
