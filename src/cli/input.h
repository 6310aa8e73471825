// SPDX-License-Identifier: Apache-2.0
// What is read from a file or from stdin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// A file that is read; "-" is stdin. Waiting for more of it ends with a stop signal. One thread at a time.
class Input {
 public:
  /// Throws Error(not_found, permission_denied, unavailable) that names the file.
  Input(const Context& context, const std::string& file);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  static constexpr std::size_t kMostLineBytes = std::size_t{64} << 20;

  /// The next line without its end, valid until the next call. Returns false at the end, and when a stop signal came
  /// before the line was whole. Throws as the constructor, and Error(invalid_data) that names the line when it has more
  /// than kMostLineBytes.
  [[nodiscard]] bool next_line(std::string_view& line);
  /// Whether a stop signal ended it before its end.
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  /// How many lines next_line() gave.
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  /// What is left. Throws as the constructor, and CommandFailed (stopped) when a stop signal came before the end.
  [[nodiscard]] std::string rest();

 private:
  [[nodiscard]] bool wait() const;
  [[nodiscard]] bool read_more();

  const StopSignals& signals_;
  std::string name_;
  int file_;
  std::string buffer_;
  std::size_t at_ = 0;  // what lies before it was given out
  std::size_t lines_ = 0;
  bool stopped_ = false;
};

/// All of a file; "-" is stdin. Throws as Input.
[[nodiscard]] std::string read_input(const Context& context, const std::string& file);

}  // namespace leftfold::inline v0::cli
