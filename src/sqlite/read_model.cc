#include <leftfold/sqlite_read_model.h>

#include <mutex>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/read_model_file.h"
#include "sqlite/sqlite_cursor.h"

namespace leftfold {
namespace {

using sqlite::ReadModelFile;

/// One batch of a projector.
class Transaction final : public ReadModelTransaction {
 public:
  Transaction(std::shared_ptr<ReadModelFile> file, std::string_view subscription)
      : file_{std::move(file)}, subscription_{subscription}, hold_{file_->enter()} {
    file_->begin();
    try {
      if (const auto done = file_->checkpoint(subscription_)) checkpoint_ = Position{*done};
    } catch (...) {
      file_->rollback();
      throw;
    }
    file_->set_transaction_here(true);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() override { end(); }

  std::optional<Position> checkpoint() const override { return checkpoint_; }

  std::optional<Version> handled(std::string_view projector, std::string_view aggregate_id) const override {
    check_open();
    return file_->handled(projector, aggregate_id);
  }
  std::vector<HandledVersion> all_handled(std::string_view projector) const override {
    check_open();
    return file_->all_handled(projector);
  }
  void set_handled(std::string_view projector, std::string_view aggregate_id, Version version) override {
    check_open();
    file_->set_handled(projector, aggregate_id, version);
  }
  void forget_handled(std::string_view projector, std::string_view aggregate_id) override {
    check_open();
    file_->forget_handled(projector, aggregate_id);
  }

  void commit(Position done) override {
    if (ended_) {
      throw Error{Errc::invalid_argument,
                  "read model transaction of \"" + subscription_ + "\": committed twice; begin another"};
    }
    try {
      if (file_->writer().connection().in_transaction()) file_->set_checkpoint(subscription_, done.value());
      file_->commit();
    } catch (...) {
      end();
      throw;
    }
    end();
  }

 private:
  // After one of the projector's statements failed SQLite may have undone all: what is written then would stand alone.
  void check_open() const {
    if (!ended_ && file_->writer().connection().in_transaction()) return;
    throw Error{Errc::unavailable, "read model transaction of \"" + subscription_ + "\": it is over; begin another"};
  }

  void end() noexcept {
    if (std::exchange(ended_, true)) return;
    file_->rollback();  // nothing is left to undo after a commit
    file_->set_transaction_here(false);
    hold_.leave();
  }

  std::shared_ptr<ReadModelFile> file_;
  std::string subscription_;
  sqlite::WriterGate::Hold hold_;
  std::optional<Position> checkpoint_;
  bool ended_ = false;
};

}  // namespace

class SqliteReadModel::Impl {
 public:
  Impl(std::function<std::string()> path, std::chrono::milliseconds lock_timeout)
      : path_{std::move(path)}, lock_timeout_{lock_timeout} {}

  /// Opens the file at first use; after a failure the next use tries again.
  std::shared_ptr<ReadModelFile> file() {
    const std::lock_guard lock{mutex_};
    if (!file_) file_ = std::make_shared<ReadModelFile>(path_(), lock_timeout_);
    return file_;
  }

 private:
  const std::function<std::string()> path_;
  const std::chrono::milliseconds lock_timeout_;
  std::mutex mutex_;
  std::shared_ptr<ReadModelFile> file_;
};

SqliteReadModel::SqliteReadModel(std::string file, std::chrono::milliseconds lock_timeout)
    : impl_{std::make_shared<Impl>([path = std::move(file)] { return path; }, lock_timeout)} {}

SqliteReadModel::SqliteReadModel(std::function<std::string()> file)
    : impl_{std::make_shared<Impl>(std::move(file), std::chrono::seconds{30})} {}

SqliteReadModel::~SqliteReadModel() = default;

std::unique_ptr<ReadModelTransaction> SqliteReadModel::begin(std::string_view subscription) {
  return std::make_unique<Transaction>(impl_->file(), subscription);
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

}  // namespace leftfold
