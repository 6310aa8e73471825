// SPDX-License-Identifier: Apache-2.0
// SQLite's default file layer with a log file that fails when told to.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <new>

namespace leftfold::test_sqlite {

/// While it lives, connections opened use it. Counts and fails calls on write-ahead logs; everything else passes.
/// One at a time; open stores after it and end them before it.
class FailingVfs {
 public:
  std::atomic<int> fail_sync{SQLITE_OK};   ///< result of every sync, unless SQLITE_OK
  std::atomic<int> fail_write{SQLITE_OK};  ///< result of every write, unless SQLITE_OK
  std::atomic<int> syncs{0};

  FailingVfs() : real_{sqlite3_vfs_find(nullptr)}, vfs_{*real_} {
    self() = this;
    vfs_.zName = "leftfold-failing";
    vfs_.szOsFile = static_cast<int>(sizeof(Log)) + real_->szOsFile;
    vfs_.pNext = nullptr;
    vfs_.xOpen = &open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;
  ~FailingVfs() { sqlite3_vfs_unregister(&vfs_); }

 private:
  struct Log {
    sqlite3_file base;
    sqlite3_file* real;
  };
  static FailingVfs*& self() {
    static FailingVfs* vfs = nullptr;
    return vfs;
  }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<Log*>(file)->real; }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    if ((flags & SQLITE_OPEN_WAL) == 0) return self()->real_->xOpen(self()->real_, name, file, flags, out);
    static const sqlite3_io_methods methods = {
        1,
        [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
        [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, n, at); },
        [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
          const int failure = self()->fail_write;
          return failure != SQLITE_OK ? failure : real(f)->pMethods->xWrite(real(f), from, n, at);
        },
        [](sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
        [](sqlite3_file* f, int how) {
          ++self()->syncs;
          const int failure = self()->fail_sync;
          return failure != SQLITE_OK ? failure : real(f)->pMethods->xSync(real(f), how);
        },
        [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
        [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
        [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
        [](sqlite3_file* f, int* held) { return real(f)->pMethods->xCheckReservedLock(real(f), held); },
        [](sqlite3_file* f, int op, void* argument) { return real(f)->pMethods->xFileControl(real(f), op, argument); },
        [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
        [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
        nullptr,
        nullptr,
        nullptr,
        nullptr,
        nullptr,
        nullptr};
    Log* log = new (file) Log{};
    log->real = reinterpret_cast<sqlite3_file*>(log + 1);
    const int result = self()->real_->xOpen(self()->real_, name, log->real, flags, out);
    log->base.pMethods = result == SQLITE_OK ? &methods : nullptr;
    return result;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

}  // namespace leftfold::test_sqlite
