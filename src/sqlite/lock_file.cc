// SPDX-License-Identifier: Apache-2.0
#include "sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <leftfold/error.h>

#include "sqlite/failure.h"

namespace leftfold::inline v0::sqlite {
namespace {

struct flock byte_range(std::int64_t byte, short type) {
  struct flock range{};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return range;
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& file) : path_{file.string() + "-lock"} {
  // Whoever may write the store must be able to lock it, so the lock file gets the store's permissions.
  struct stat store{};
  mode_ = stat(file.c_str(), &store) == 0 ? store.st_mode & 0666U : 0644U;
  descriptor_ = open_file();
}

LockFile::~LockFile() { close(descriptor_); }

int LockFile::open_file() const {
  const int descriptor = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode_);
  if (descriptor < 0) {
    const int error = errno;
    throw Error{errc_of(SQLITE_CANTOPEN, error), path_.string() + ": " + std::generic_category().message(error) +
                                                     "; let this user create files in the folder"};
  }
  return descriptor;
}

bool LockFile::in_place() const noexcept {
  struct stat here{};
  struct stat there{};
  return fstat(descriptor_, &here) == 0 && stat(path_.c_str(), &there) == 0 && here.st_dev == there.st_dev &&
         here.st_ino == there.st_ino;
}

bool LockFile::try_lock(std::int64_t byte) {
  while (lock(byte)) {
    if (in_place()) return true;
    const int descriptor = open_file();  // the file was deleted: a lock on it keeps nobody off
    close(descriptor_);
    descriptor_ = descriptor;
  }
  return false;
}

bool LockFile::lock(std::int64_t byte) {
  struct flock range = byte_range(byte, F_WRLCK);
  while (fcntl(descriptor_, F_OFD_SETLK, &range) != 0) {
    const int error = errno;
    if (error == EAGAIN || error == EACCES) return false;
    if (error != EINTR) {
      throw Error{Errc::unavailable, path_.string() + ": cannot lock: " + std::generic_category().message(error) +
                                         "; the file must be on a local disk"};
    }
  }
  return true;
}

void LockFile::unlock(std::int64_t byte) noexcept {
  struct flock range = byte_range(byte, F_UNLCK);
  fcntl(descriptor_, F_OFD_SETLK, &range);
}

}  // namespace leftfold::inline v0::sqlite
