// SPDX-License-Identifier: Apache-2.0
#include "sqlite/durable_writer.h"

#include <string>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/failure.h"

namespace leftfold::inline v0::sqlite {

DurableWriter::DurableWriter(std::unique_ptr<Connection> connection, std::shared_ptr<SharedFile> shared,
                             Options options)
    : shared_{std::move(shared)}, options_{options}, connection_{std::move(connection)} {
  connection_->execute("PRAGMA synchronous = FULL");
  begin_ = {*connection_, "BEGIN IMMEDIATE"};
  commit_ = {*connection_, "COMMIT"};
}

void DurableWriter::begin() {
  hold_ = shared_->gate.enter(options_.lock_timeout, connection_->file());
  try {
    if (shared_->sync_failed) settle_log();
    const int result = begin_.try_step();
    if ((result & 0xff) == SQLITE_BUSY) {
      throw Error{Errc::unavailable, std::string{connection_->file()} +
                                         ": another process has held the write lock for " +
                                         std::to_string(options_.lock_timeout.count()) +
                                         " ms; end it (a sqlite3 shell with an open transaction?), then try again"};
    }
    if (result != SQLITE_DONE) throw failure(connection_->handle(), result, connection_->file(), "BEGIN IMMEDIATE");
    connection_->check_file_in_place();
  } catch (...) {
    undo();
    throw;
  }
}

/// After a failed fsync the kernel may have dropped pages of the log that earlier commits rest on, while later ones
/// would seem to succeed. So the log is written into the file and begun afresh before anything is stored again.
void DurableWriter::settle_log() {
  const int result =
      sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (result != SQLITE_OK) {
    throw failure_as(Errc::unavailable, connection_->handle(), result, connection_->file(),
                     "checkpoint after a failed fsync");
  }
  shared_->sync_failed = false;
  options_.log->log(LogLevel::info, "sqlite", "the log is written into the file again, appends go on",
                    {{"file", std::string{connection_->file()}}});
}

void DurableWriter::commit() {
  const int result = commit_.try_step();
  if (result == SQLITE_DONE) return;
  // SQLite's messages end with the rollback, so the error is made first.
  sqlite3* db = connection_->handle();
  const bool still_open = connection_->in_transaction();
  // SQLite undoes a COMMIT that failed, in memory. When only the write of the log was refused for want of room, its
  // commit mark was not written either, so that holds after a crash too. After any other failure (an fsync above all)
  // the mark may already be in the log and a crash now would bring the transaction back: that is in doubt.
  const bool definite = still_open || (result & 0xff) == SQLITE_FULL;
  Error error = definite ? failure(db, result, connection_->file(), "COMMIT")
                         : failure_as(Errc::in_doubt, db, result, connection_->file(), "COMMIT");
  shared_->sync_failed = shared_->sync_failed || !definite;
  undo();
  if (!definite) options_.log->log(LogLevel::error, "sqlite", "a commit is in doubt", {{"cause", error.what()}});
  throw error;
}

void DurableWriter::undo() noexcept {
  connection_->rollback();
  hold_.leave();
}

}  // namespace leftfold::inline v0::sqlite
