// SPDX-License-Identifier: Apache-2.0
#include "sqlite/read_model_file.h"

#include <leftfold/error.h>

#include "sqlite/failure.h"
#include "sqlite/schema.h"

namespace leftfold::inline v0::sqlite {
namespace {

std::unique_ptr<UserConnection> open_writer(const std::filesystem::path& file, bool in_memory,
                                            std::chrono::milliseconds lock_timeout) {
  auto writer = std::make_unique<UserConnection>(in_memory ? file : checked_path(file, Access::read_write),
                                                 Access::read_write, lock_timeout);
  open_read_model(writer->connection(), lock_timeout);
  // A commit that a power cut takes back takes its checkpoint with it, so it is only repeated: no fsync a batch.
  writer->connection().execute("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
  return writer;
}

}  // namespace

ReadModelFile::ReadModelFile(const std::filesystem::path& file, std::chrono::milliseconds lock_timeout)
    : in_memory_{file == ":memory:"},
      lock_timeout_{lock_timeout},
      writer_{open_writer(file, in_memory_, lock_timeout)} {
  file_ = in_memory_ ? file : std::filesystem::canonical(std::filesystem::path{writer_->connection().file()});
  shared_ = in_memory_ ? std::make_shared<SharedFile>() : SharedFile::of(file_);
  Connection& c = writer_->connection();
  begin_ = {c, "BEGIN IMMEDIATE"};
  commit_ = {c, "COMMIT"};
  find_checkpoint_ = {c, "SELECT checkpoint FROM leftfold_projections WHERE projector = ?1"};
  set_checkpoint_ = {c,
                     "INSERT INTO leftfold_projections(projector, checkpoint) VALUES(?1, ?2) "
                     "ON CONFLICT DO UPDATE SET checkpoint = excluded.checkpoint"};
  find_handled_ = {c, "SELECT version FROM leftfold_projection_versions WHERE projector = ?1 AND aggregate = ?2"};
  list_handled_ = {c, "SELECT aggregate, version FROM leftfold_projection_versions WHERE projector = ?1"};
  set_handled_ = {c,
                  "INSERT INTO leftfold_projection_versions(projector, aggregate, version) VALUES(?1, ?2, ?3) "
                  "ON CONFLICT DO UPDATE SET version = excluded.version"};
  forget_handled_ = {c, "DELETE FROM leftfold_projection_versions WHERE projector = ?1 AND aggregate = ?2"};
  writer_->guard();
}

WriterGate::Hold ReadModelFile::enter() { return shared_->gate.enter(lock_timeout_, file_.native()); }

void ReadModelFile::begin() {
  const UserConnection::Unguarded own{*writer_};
  const int result = begin_.try_step();
  Connection& connection = writer_->connection();
  if ((result & 0xff) == SQLITE_BUSY) {
    throw Error{Errc::unavailable, std::string{connection.file()} + ": another process has held the write lock for " +
                                       std::to_string(lock_timeout_.count()) +
                                       " ms; end it (a sqlite3 shell with an open transaction?), then try again"};
  }
  if (result != SQLITE_DONE) throw failure(connection.handle(), result, connection.file(), "BEGIN IMMEDIATE");
  try {
    connection.check_file_in_place();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

void ReadModelFile::commit() {
  const UserConnection::Unguarded own{*writer_};
  Connection& connection = writer_->connection();
  if (!connection.in_transaction()) {
    throw Error{Errc::unavailable, std::string{connection.file()} +
                                       ": the transaction was undone when one of its statements failed; begin again"};
  }
  const int result = commit_.try_step();
  if (result == SQLITE_DONE) return;
  const Error error = failure(connection.handle(), result, connection.file(), "COMMIT");
  connection.rollback();
  throw error;
}

void ReadModelFile::rollback() noexcept {
  const UserConnection::Unguarded own{*writer_};
  writer_->connection().rollback();
}

std::optional<std::int64_t> ReadModelFile::checkpoint(std::string_view projector) {
  const UserConnection::Unguarded own{*writer_};
  find_checkpoint_.bind(1, projector);
  const ResetAtEnd reset{find_checkpoint_};
  if (!find_checkpoint_.step()) return std::nullopt;
  return find_checkpoint_.integer(0);
}

void ReadModelFile::set_checkpoint(std::string_view projector, std::int64_t done) {
  const UserConnection::Unguarded own{*writer_};
  set_checkpoint_.bind(1, projector);
  set_checkpoint_.bind(2, done);
  set_checkpoint_.run();
}

std::optional<Version> ReadModelFile::handled(std::string_view projector, std::string_view aggregate) {
  const UserConnection::Unguarded own{*writer_};
  find_handled_.bind(1, projector);
  find_handled_.bind(2, aggregate);
  const ResetAtEnd reset{find_handled_};
  return find_handled_.step() ? std::optional{Version{find_handled_.integer(0)}} : std::nullopt;
}

std::vector<HandledVersion> ReadModelFile::all_handled(std::string_view projector) {
  const UserConnection::Unguarded own{*writer_};
  list_handled_.bind(1, projector);
  const ResetAtEnd reset{list_handled_};
  std::vector<HandledVersion> all;
  while (list_handled_.step()) {
    all.push_back({std::string{list_handled_.text(0)}, Version{list_handled_.integer(1)}});
  }
  return all;
}

void ReadModelFile::set_handled(std::string_view projector, std::string_view aggregate, Version version) {
  const UserConnection::Unguarded own{*writer_};
  set_handled_.bind(1, projector);
  set_handled_.bind(2, aggregate);
  set_handled_.bind(3, version.value());
  set_handled_.run();
}

void ReadModelFile::forget_handled(std::string_view projector, std::string_view aggregate) {
  const UserConnection::Unguarded own{*writer_};
  forget_handled_.bind(1, projector);
  forget_handled_.bind(2, aggregate);
  forget_handled_.run();
}

std::unique_ptr<UserConnection> ReadModelFile::take_reader() {
  if (auto reader = idle_readers_.take()) return reader;
  auto reader = std::make_unique<UserConnection>(file_, Access::read_only, lock_timeout_);
  shared_->check_found_at(file_);
  reader->connection().execute("PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -2048");
  reader->guard();
  return reader;
}

}  // namespace leftfold::inline v0::sqlite
