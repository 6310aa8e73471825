// SPDX-License-Identifier: Apache-2.0
#include "app/temporary_file.h"

#include <stdlib.h>  // NOLINT: mkdtemp is POSIX

#include <cerrno>
#include <string>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {

TemporaryFile::~TemporaryFile() {
  if (path_.empty()) return;
  std::error_code ignored;  // what stays behind is in the place for temporary files
  std::filesystem::remove_all(path_.parent_path(), ignored);
}

const std::filesystem::path& TemporaryFile::path() {
  if (!path_.empty()) return path_;
  std::error_code error;
  const std::filesystem::path place = std::filesystem::temp_directory_path(error);
  std::string folder = (place / "leftfold-XXXXXX").string();
  if (error || mkdtemp(folder.data()) == nullptr) {
    if (!error) error.assign(errno, std::generic_category());
    throw Error{Errc::unavailable, "a temporary folder for read tables in memory: cannot make \"" + folder +
                                       "\": " + error.message() + "; set TMPDIR to a folder that can be written"};
  }
  path_ = std::filesystem::path{folder} / "tables.db";
  return path_;
}

}  // namespace leftfold::inline v0::app
