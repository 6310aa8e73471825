// SPDX-License-Identifier: Apache-2.0
// A folder that ends with its owner.
#pragma once

#include <filesystem>

namespace leftfold::inline v0::cli {

/// Makes a folder lfold-bench-XXXXXX in `place`, and removes it with all that is in it. Immutable.
class TemporaryFolder {
 public:
  /// Throws Error(not_found) when `place` is no folder, unavailable with the system's reason.
  explicit TemporaryFolder(const std::filesystem::path& place);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Whether it lies in memory, where nothing is durable.
  [[nodiscard]] bool is_in_memory() const noexcept;

 private:
  std::filesystem::path path_;
};

}  // namespace leftfold::inline v0::cli
