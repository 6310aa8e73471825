// SPDX-License-Identifier: Apache-2.0
// A file of lines that survives the death of its writer: what was added is there, save perhaps for a torn last line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crash {

// Adds lines with one write(2) each to a file opened with O_APPEND. Any thread.
class LineLog {
 public:
  explicit LineLog(const std::filesystem::path& file);
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;

  // When it returns, the line outlives the process. `line` has no line end.
  void add(const std::string& line) const;

 private:
  int fd_;
};

// The whole lines of such a file, split at spaces; none when there is no file.
[[nodiscard]] std::vector<std::vector<std::string>> read_lines(const std::filesystem::path& file);

}  // namespace crash
