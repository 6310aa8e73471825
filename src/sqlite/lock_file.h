// SPDX-License-Identifier: Apache-2.0
// Locks between processes that the kernel frees when their holder ends.
#pragma once

#include <cstdint>
#include <filesystem>

namespace leftfold::inline v0::sqlite {

/// One holder's view of the file FILE-lock: write locks on single bytes, of the open file description (OFD) kind, so
/// that two holders in one process exclude each other too, and closing one leaves the other's locks alone.
/// A child made by fork() shares the lock; one that was also exec()ed does not.
/// One thread at a time. Its destructor frees its lock.
class LockFile {
 public:
  /// Opens or creates the lock file beside `file`. Throws Error(permission_denied, storage_full, unavailable).
  explicit LockFile(const std::filesystem::path& file);
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

  /// Tries to lock a byte without waiting. Returns false when another holder has it. When the file was deleted or
  /// replaced it moves to the new one, and other bytes it held are free. Throws Error(unavailable), or as the
  /// constructor.
  [[nodiscard]] bool try_lock(std::int64_t byte);
  void unlock(std::int64_t byte) noexcept;

 private:
  [[nodiscard]] int open_file() const;
  [[nodiscard]] bool in_place() const noexcept;
  [[nodiscard]] bool lock(std::int64_t byte);

  std::filesystem::path path_;
  unsigned mode_ = 0;
  int descriptor_ = -1;
};

}  // namespace leftfold::inline v0::sqlite
