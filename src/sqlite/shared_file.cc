// SPDX-License-Identifier: Apache-2.0
#include "sqlite/shared_file.h"

#include <sys/stat.h>

#include <map>
#include <mutex>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::sqlite {

std::shared_ptr<SharedFile> SharedFile::of(const std::filesystem::path& file) {
  struct Registry {
    std::mutex mutex;
    std::map<std::pair<dev_t, ino_t>, std::weak_ptr<SharedFile>> files;
  };
  static Registry& registry = *new Registry;  // never destroyed: a static store may end after it
  struct stat status{};
  // stat and never open: closing any descriptor of the file would drop SQLite's POSIX locks on it.
  if (stat(file.c_str(), &status) != 0) {
    throw Error{Errc::unavailable, file.string() + ": the file has gone; open the store again"};
  }
  const std::lock_guard lock{registry.mutex};
  std::erase_if(registry.files, [](const auto& entry) { return entry.second.expired(); });
  auto& known = registry.files[{status.st_dev, status.st_ino}];
  std::shared_ptr<SharedFile> shared = known.lock();
  if (!shared) {
    shared = std::make_shared<SharedFile>();
    shared->device_ = status.st_dev;
    shared->inode_ = status.st_ino;
    known = shared;
  }
  return shared;
}

void SharedFile::check_found_at(const std::filesystem::path& file) const {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0 || status.st_dev != device_ || status.st_ino != inode_) {
    throw Error{
        Errc::unavailable,
        file.string() + ": the file was deleted or replaced while it was open; put it back, or restart the program"};
  }
}

}  // namespace leftfold::inline v0::sqlite
