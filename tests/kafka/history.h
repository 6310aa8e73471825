// SPDX-License-Identifier: Apache-2.0
// What the listeners of all processes of one group did, in one file that outlives them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace leftfold::test_kafka {

/// One call of a handler began, ended, or threw.
struct HistoryLine {
  enum class Kind : char { began = '+', ended = '-', threw = 'x' };
  Kind kind = Kind::began;
  pid_t process = 0;
  pid_t worker = 0;  // the thread
  std::string aggregate;
  std::int64_t version = 0;
  std::chrono::microseconds at{};     // of the monotonic clock, which all processes share
  std::chrono::microseconds since{};  // when the process opened the file: in an hour, numbers of processes come again
};

/// Adds lines, each with one write(2) to a file opened with O_APPEND: the lines of all processes stand in the order in
/// which these calls returned or were killed. Any thread.
class HistoryWriter {
 public:
  explicit HistoryWriter(const std::filesystem::path& file);
  ~HistoryWriter();
  HistoryWriter(const HistoryWriter&) = delete;
  HistoryWriter& operator=(const HistoryWriter&) = delete;

  /// When it returns, the line outlives the process.
  void add(HistoryLine::Kind kind, std::string_view aggregate, std::int64_t version) const;

 private:
  int fd_;
  std::chrono::microseconds since_;
};

/// Reads along while others write. One thread.
class HistoryReader {
 public:
  explicit HistoryReader(std::filesystem::path file) : file_{std::move(file)} {}
  /// All whole lines up to now.
  [[nodiscard]] const std::vector<HistoryLine>& read();

 private:
  std::filesystem::path file_;
  std::ifstream in_;
  std::string rest_;  // of a line whose end is not there yet
  std::vector<HistoryLine> lines_;
};

}  // namespace leftfold::test_kafka
