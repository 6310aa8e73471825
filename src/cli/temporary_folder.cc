// SPDX-License-Identifier: Apache-2.0
#include "cli/temporary_folder.h"

#include <linux/magic.h>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX
#include <sys/vfs.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {

TemporaryFolder::TemporaryFolder(const std::filesystem::path& place) {
  std::error_code error;
  if (!std::filesystem::is_directory(place, error)) {
    throw Error{Errc::not_found, "the folder " + place.string() + " does not exist; make it, or name another"};
  }
  std::string folder = (place / "lfold-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    error.assign(errno, std::generic_category());
    throw Error{Errc::unavailable, "cannot make a temporary folder in " + place.string() + ": " + error.message() +
                                       "; name a folder that can be written"};
  }
  path_ = folder;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a destructor cannot tell anybody
  std::filesystem::remove_all(path_, ignored);
}

bool TemporaryFolder::is_in_memory() const noexcept {
  struct statfs system{};
  return ::statfs(path_.c_str(), &system) == 0 && (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
}

}  // namespace leftfold::inline v0::cli
