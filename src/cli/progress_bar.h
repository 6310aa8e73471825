// SPDX-License-Identifier: Apache-2.0
// How far a long command is, on stderr.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// "3m 20s", "45s", "2h 05m".
[[nodiscard]] std::string duration_text(std::chrono::seconds time);

/// The time left, from the part that is done since the start at `part_before`; empty while too little is done to tell.
[[nodiscard]] std::optional<std::chrono::seconds> time_left(double part_before, double part,
                                                            std::chrono::duration<double> elapsed) noexcept;

/// On a terminal one line that is drawn over, at most ten times a second; elsewhere a line every ten seconds; nothing
/// with -q. One thread at a time; the context must outlive it.
class ProgressBar {
 public:
  explicit ProgressBar(const Context& context);
  ~ProgressBar();  // the cursor stands at the beginning of a line afterwards
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `part` is from 0 to 1; `text` says what was done: "1200 looked at, 3 missing".
  void show(double part, std::string_view text);

 private:
  const bool terminal_;
  const bool quiet_;
  const std::size_t columns_;
  const std::chrono::steady_clock::time_point begin_;
  std::optional<std::chrono::steady_clock::time_point> shown_;
  double first_part_ = -1;
  bool drawn_ = false;
};

}  // namespace leftfold::inline v0::cli
