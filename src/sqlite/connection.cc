// SPDX-License-Identifier: Apache-2.0
#include "sqlite/connection.h"

#include <unistd.h>

#include <algorithm>
#include <random>
#include <system_error>
#include <thread>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "sqlite/failure.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestSqlite = 3'037'000;  // STRICT tables

void check_library() {
  if (sqlite3_threadsafe() == 0) {
    throw Error{Errc::unsupported,
                "this program's SQLite was built without threads (SQLITE_THREADSAFE=0); link one built with it"};
  }
  if (sqlite3_libversion_number() < kOldestSqlite) {
    throw Error{Errc::unsupported,
                std::string{"this program's SQLite is "} + sqlite3_libversion() + "; 3.37 or later is needed"};
  }
}

}  // namespace

fs::path checked_path(const fs::path& file, Access mode) {
  const std::string name = file.string();
  if (name.empty()) throw Error{Errc::invalid_argument, "SQLite store: the path is empty; name a file"};
  if (name == ":memory:") {
    throw Error{Errc::invalid_argument, "SQLite store: \":memory:\" is not a file; use MemoryStore for tests"};
  }
  if (name.find('\0') != name.npos) throw Error{Errc::invalid_argument, "SQLite store: the path holds a NUL byte"};
  std::error_code code;
  const fs::path path = fs::absolute(file, code);
  if (code) throw Error{Errc::invalid_argument, name + ": not a path: " + code.message()};
  const fs::file_status status = fs::status(path, code);
  if (fs::is_directory(status)) {
    throw Error{Errc::invalid_argument,
                name + ": is a folder; name a file in it, such as " + (file / "events.db").string()};
  }
  if (code == std::errc::filename_too_long || code == std::errc::too_many_symbolic_link_levels) {
    throw Error{Errc::invalid_argument, name + ": not a path: " + code.message()};
  }
  if (status.type() == fs::file_type::none) {
    throw Error{Errc::permission_denied, name + ": " + code.message() + "; let this user enter the folder"};
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {  // SQLite would wait for a pipe, and no signal ends that
    throw Error{Errc::invalid_argument, name + ": is a device, pipe or socket; name a file"};
  }
  if (fs::exists(status)) return fs::canonical(path, code).empty() ? path : fs::canonical(path, code);
  if (mode == Access::read_only) {
    throw Error{Errc::not_found, name + ": no such file; it is opened read-only, so it is not created"};
  }
  const fs::path folder = path.parent_path();
  if (!fs::is_directory(folder, code)) {
    throw Error{Errc::not_found, name + ": the folder " + folder.string() + " does not exist; create it first"};
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {  // SQLite would report the missing file instead
    throw Error{Errc::permission_denied, name + ": this user may not create files in the folder " + folder.string() +
                                             "; change its permissions or choose another"};
  }
  const fs::path real_folder = fs::canonical(folder, code);
  return code ? path : real_folder / path.filename();
}

Connection::Connection(const fs::path& file, Access access, std::chrono::milliseconds lock_timeout)
    : file_{file.string()}, lock_timeout_{lock_timeout} {
  check_library();
  const int mode = access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file_.c_str(), &opened, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  if (result != SQLITE_OK) throw failure(opened, result, file_, "open");
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_handler(opened, &wait_for_lock, this);
  execute("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY");
  // SQLite silently opens read-only what it may not write.
  if (access == Access::read_write && sqlite3_db_readonly(opened, "main") == 1) {
    throw Error{Errc::permission_denied,
                file_ + ": this user may not write the file; change its permissions or open it read-only"};
  }
}

void Connection::execute(const char* sql) {
  const int result = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw failure(handle(), result, file_, sql);
}

std::int64_t Connection::integer(std::string_view sql) {
  Statement statement{*this, sql};
  return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(std::string_view sql) {
  Statement statement{*this, sql};
  return statement.step() ? std::string{statement.text(0)} : std::string{};
}

void Connection::rollback() noexcept {
  if (in_transaction()) sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::check_file_in_place() const {
  int moved = 0;
  if (sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0) {
    throw Error{Errc::unavailable,
                file_ + ": the file was deleted or replaced while it was open; put it back, or restart the program"};
  }
}

int Connection::wait_for_lock(void* self, int attempt) noexcept {
  auto& connection = *static_cast<Connection*>(self);
  const Instant now = system_clock().instant();  // real time: the other process does not share a test's clock
  if (attempt == 0) connection.waiting_since_ = now;
  if (now - connection.waiting_since_ >= connection.lock_timeout_) return 0;
  // 0.1 ms at first, up to 5 ms, each with jitter so that waiting processes do not meet again.
  thread_local std::minstd_rand random{static_cast<unsigned>(now.time_since_epoch().count())};
  const int longest = std::min(200 * (attempt + 1), 5000);
  std::this_thread::sleep_for(std::chrono::microseconds{std::uniform_int_distribution{longest / 2, longest}(random)});
  return 1;
}

}  // namespace leftfold::inline v0::sqlite
