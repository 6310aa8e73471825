// SPDX-License-Identifier: Apache-2.0
// A child process whose output is read as it comes. No shell is involved, so no text needs quoting.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace git_history {

/// Runs a program and reads its standard output piece by piece. One thread. Destroying it ends the child.
class Process {
 public:
  /// Starts `arguments[0]` (looked up in PATH). Throws leftfold::Error(not_found) when there is no such program,
  /// unavailable when no process can be started.
  explicit Process(const std::vector<std::string>& arguments);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// The output up to the next `end` byte, without it, or what is left at the end of the output; empty when nothing is
  /// left. The view holds until the next call. Throws leftfold::Error(unavailable) when reading fails.
  [[nodiscard]] std::optional<std::string_view> next(char end);

  /// Reads what is left, waits for the child. Returns its exit code, or 128 + the signal that ended it.
  [[nodiscard]] int finish();
  /// What the child wrote to its standard error, without the last line feed. Call after finish().
  [[nodiscard]] std::string errors() const;

 private:
  [[nodiscard]] bool fill();

  pid_t child_ = -1;
  int output_ = -1;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> errors_;
  std::string buffer_;
  std::size_t begin_ = 0;  // first byte of buffer_ not handed out
};

}  // namespace git_history
