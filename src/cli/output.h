// SPDX-License-Identifier: Apache-2.0
// stdout: data and nothing else.
#pragma once

#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// Thrown when nobody reads stdout any more (`... | head`): the command ends quietly.
struct OutputClosed {};

/// Buffered stdout. While it exists SIGPIPE is ignored, so that a closed pipe is noticed and not fatal.
/// One thread at a time, one object at a time.
class Output {
 public:
  explicit Output(int file = 1);
  ~Output();  // flushes nothing: what was not flushed belongs to a command that failed
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Adds text; writes when the buffer is full. Throws as flush().
  void write(std::string_view text);
  /// Writes what is buffered. Throws OutputClosed, Error(storage_full, unavailable) with the system's reason.
  void flush();
  /// Throws OutputClosed when stdout is a pipe that nobody reads any more, without writing anything.
  void expect_reader() const;

 private:
  int file_;
  std::string buffer_;
  struct sigaction before_{};
};

/// Opens /dev/null for each of stdin, stdout and stderr that is closed, so that no file of the program's gets their
/// number; writing to a stdout that was closed still fails.
void keep_standard_files_open() noexcept;

/// What a terminal on `file` can do.
struct Terminal {
  bool is_terminal = false;
  bool color = false;
  std::size_t columns = 0;  ///< 0: unknown, do not cut
};

/// Looks at `file`, and at NO_COLOR, TERM and COLUMNS.
[[nodiscard]] Terminal terminal_of(int file);

}  // namespace leftfold::inline v0::cli
