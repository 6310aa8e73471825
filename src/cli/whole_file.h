// SPDX-License-Identifier: Apache-2.0
// Files that are there as a whole or not at all.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// A file written in parts beside the one it replaces. Without finish() the old one stays. `what` and `flag` go into
/// messages: "metrics file", "--metrics-file". All functions throw Error(unavailable, storage_full, permission_denied);
/// the old file is then as it was. One thread at a time.
class WholeFile {
 public:
  /// A link is followed. Throws also Error(invalid_argument) for what is no file, such as a folder or /dev/stdout: it
  /// would be replaced by one.
  WholeFile(std::filesystem::path file, std::string_view what, std::string_view flag);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  void write(std::string_view text);
  /// Puts what was written in place of the file: readers see the old one or the new one.
  void finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
  };
  [[noreturn]] void fail(const std::filesystem::path& file, int number) const;

  const std::filesystem::path file_;
  const std::string what_;
  const std::string flag_;
  const std::filesystem::path beside_;
  std::unique_ptr<std::FILE, Close> out_;
};

/// Puts `text` in place of the file, as WholeFile.
void write_whole_file(const std::filesystem::path& file, std::string_view text, std::string_view what,
                      std::string_view flag);

}  // namespace leftfold::inline v0::cli
