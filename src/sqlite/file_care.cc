// SPDX-License-Identifier: Apache-2.0
#include "sqlite/file_care.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/failure.h"
#include "sqlite/schema.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {
namespace {

constexpr std::size_t kMostFindings = 100;
constexpr int kStepsALook = 100'000;  // of SQLite's machine: under a millisecond between two looks at the stop
constexpr int kPagesAStep = 2048;     // 8 MiB: often enough to show progress and to hear a stop

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  return missing ? 0 : size;
}

/// Findings of one look at a file, in words, until there are enough or a stop is requested.
class Findings {
 public:
  Findings(Connection& connection, const std::stop_token& stop) : connection_{connection}, stop_{stop} {}

  /// `text` makes a finding of a row, or nothing.
  void add(std::string_view sql, const std::function<std::string(const Statement& row)>& text) {
    if (stop_.stop_requested()) return;
    Statement rows{connection_, sql};
    const ResetAtEnd reset{rows};
    while (all_.size() < kMostFindings && rows.step() && !stop_.stop_requested()) {
      if (std::string found = text(rows); !found.empty()) all_.push_back(std::move(found));
    }
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(all_); }

 private:
  Connection& connection_;
  const std::stop_token& stop_;
  std::vector<std::string> all_;
};

/// While it exists, a stop ends what the connection does with SQLITE_INTERRUPT. The callback reaches into one long
/// step, as SQLite's own check is; what came between two statements SQLite forgets, so each is asked again.
class EndsOnStop {
 public:
  EndsOnStop(Connection& connection, const std::stop_token& stop)
      : handle_{connection.handle()}, stop_{stop}, interrupt_{stop, [this] { sqlite3_interrupt(handle_); }} {
    sqlite3_progress_handler(handle_, kStepsALook, &EndsOnStop::is_stopped, this);
  }
  ~EndsOnStop() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  EndsOnStop(const EndsOnStop&) = delete;
  EndsOnStop& operator=(const EndsOnStop&) = delete;

 private:
  static int is_stopped(void* self) { return static_cast<EndsOnStop*>(self)->stop_.stop_requested() ? 1 : 0; }

  sqlite3* const handle_;
  const std::stop_token& stop_;
  const std::stop_callback<std::function<void()>> interrupt_;
};

/// A file that is gone unless it is kept.
class Part {
 public:
  explicit Part(std::filesystem::path path) : path_{std::move(path)} {}
  ~Part() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(path_, ignored);
    std::filesystem::remove(path_.string() + "-journal", ignored);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  void keep() noexcept { kept_ = true; }

 private:
  const std::filesystem::path path_;
  bool kept_ = false;
};

[[noreturn]] void fail(const std::filesystem::path& file, int number) {
  const std::error_code reason{number, std::generic_category()};
  const Errc code = reason == std::errc::no_space_on_device  ? Errc::storage_full
                    : reason == std::errc::permission_denied ? Errc::permission_denied
                                                             : Errc::unavailable;
  throw Error{code, file.string() + ": cannot be written: " + reason.message()};
}

[[noreturn]] void refuse_to_replace(const std::filesystem::path& file) {
  throw Error{Errc::invalid_argument, file.string() + ": is there already and is not replaced; name a new file"};
}

/// An empty file that nobody else reads while it is written. One that a process of this number left is made anew; a
/// link that somebody laid there is not followed.
void make_part(const std::filesystem::path& part) {
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  std::filesystem::remove(part.string() + "-journal", ignored);
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) fail(part, errno);
  ::close(file);
}

/// Gives the part its name unless another has it by now. Returns whether the part is gone.
bool publish(const std::filesystem::path& part, const std::filesystem::path& to) {
  if (::link(part.c_str(), to.c_str()) == 0) return false;
  if (errno == EEXIST) refuse_to_replace(to);
  if (::rename(part.c_str(), to.c_str()) != 0) fail(to, errno);  // a file system without links
  return true;
}

/// The name of a new file survives a crash once its folder is written.
void sync_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) fail(folder, errno);
  const int result = ::fsync(file);
  const int number = errno;
  ::close(file);
  if (result != 0) fail(folder, number);
}

struct FinishBackup {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

/// Returns false when `progress` ended it.
bool copy_pages(Connection& from, Connection& to, const BackupProgress& progress) {
  from.execute("BEGIN");  // one state for all steps, whoever writes meanwhile
  (void)from.integer("SELECT count(*) FROM sqlite_schema");
  const std::unique_ptr<sqlite3_backup, FinishBackup> backup{
      sqlite3_backup_init(to.handle(), "main", from.handle(), "main")};
  if (!backup) throw failure(to.handle(), sqlite3_extended_errcode(to.handle()), to.file(), "backup");
  for (;;) {
    const int result = sqlite3_backup_step(backup.get(), kPagesAStep);
    if (result == SQLITE_DONE) return true;
    if (result != SQLITE_OK) throw failure(to.handle(), result, to.file(), "backup");
    const int pages = sqlite3_backup_pagecount(backup.get());
    const double part = pages == 0 ? 0 : 1 - static_cast<double>(sqlite3_backup_remaining(backup.get())) / pages;
    if (progress && !progress(part)) return false;
  }
}

void look_at_all(Findings& findings) {
  findings.add("PRAGMA integrity_check",
               [](const Statement& row) { return row.text(0) == "ok" ? std::string{} : std::string{row.text(0)}; });
  findings.add("PRAGMA foreign_key_check", [](const Statement& row) {
    return "table " + std::string{row.text(0)} + ", row " + std::to_string(row.integer(1)) + " points into " +
           std::string{row.text(2)} + ", where it is missing";
  });
  // Both are answered from the index of (stream, version).
  findings.add(
      "SELECT s.name, count(*), min(e.version), max(e.version) FROM events e JOIN streams s ON s.id = e.stream "
      "GROUP BY e.stream HAVING min(e.version) <> 0 OR max(e.version) <> count(*) - 1",
      [](const Statement& row) {
        return "stream \"" + std::string{row.text(0)} + "\" has " + std::to_string(row.integer(1)) +
               " events, of versions " + std::to_string(row.integer(2)) + " to " + std::to_string(row.integer(3)) +
               ": some are missing";
      });
  findings.add(
      "SELECT s.name, v.version FROM (SELECT stream, version, global_position AS position, "
      "lag(global_position) OVER (PARTITION BY stream ORDER BY version) AS before FROM events) v "
      "JOIN streams s ON s.id = v.stream WHERE v.before > v.position",
      [](const Statement& row) {
        return "stream \"" + std::string{row.text(0)} + "\", version " + std::to_string(row.integer(1)) +
               " stands before the version that precedes it";
      });
}

}  // namespace

SqliteFileInfo file_info(Connection& connection) {
  SqliteFileInfo info;
  const std::string file{connection.file()};
  info.format_version = connection.integer("PRAGMA user_version");
  info.file_bytes = size_of(file);
  info.wal_bytes = size_of(file + "-wal");
  info.free_bytes = static_cast<std::uint64_t>(connection.integer("PRAGMA freelist_count")) *
                    static_cast<std::uint64_t>(connection.integer("PRAGMA page_size"));
  info.streams = static_cast<std::uint64_t>(connection.integer("SELECT count(*) FROM streams"));
  if (has_table(connection, "leftfold_snapshots")) {
    info.snapshots = static_cast<std::uint64_t>(connection.integer("SELECT count(*) FROM leftfold_snapshots"));
  }
  info.sqlite_version = sqlite3_libversion();
  return info;
}

std::vector<std::string> check_file(Connection& connection, const std::stop_token& stop) {
  Findings findings{connection, stop};
  const EndsOnStop ends{connection, stop};
  try {
    look_at_all(findings);
  } catch (const Error&) {
    if (!stop.stop_requested()) throw;
  }
  return findings.take();
}

bool backup(Connection& connection, const std::filesystem::path& to, const BackupProgress& progress) {
  std::error_code error;
  if (to.empty() || to.native().find('\0') != std::string::npos) {
    throw Error{Errc::invalid_argument, "backup: the path is empty or holds a NUL byte; name a new file"};
  }
  if (std::filesystem::exists(std::filesystem::symlink_status(to, error))) refuse_to_replace(to);
  const std::filesystem::path folder = std::filesystem::absolute(to).parent_path();
  if (!std::filesystem::is_directory(folder, error)) {
    throw Error{Errc::not_found, to.string() + ": its folder does not exist"};
  }
  Part part{to.string() + ".part-" + std::to_string(::getpid())};
  make_part(part.path());
  bool complete = false;
  {
    constexpr std::chrono::milliseconds kNobodyElse{1'000};
    Connection target{std::filesystem::absolute(part.path()), Access::read_write, kNobodyElse};
    complete = copy_pages(connection, target, progress);
    connection.rollback();
  }
  if (!complete) return false;
  const std::string source{connection.file()};
  std::filesystem::permissions(part.path(), std::filesystem::status(source, error).permissions(), error);
  if (publish(part.path(), to)) part.keep();
  sync_folder(folder);
  return true;
}

}  // namespace leftfold::inline v0::sqlite
