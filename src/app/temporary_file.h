// SPDX-License-Identifier: Apache-2.0
// A file that ends with its owner.
#pragma once

#include <filesystem>

namespace leftfold::inline v0::app {

/// Makes a folder of its own for one file in the system's place for temporary files, and removes it with all that is in
/// it. One thread at a time.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// The file's path; the folder is made at the first call. Throws Error(unavailable) with the system's reason.
  [[nodiscard]] const std::filesystem::path& path();

 private:
  std::filesystem::path path_;
};

}  // namespace leftfold::inline v0::app
