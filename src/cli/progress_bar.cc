// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_bar.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace leftfold::inline v0::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;  // for people alone

constexpr milliseconds kDrawEvery{100};
constexpr milliseconds kLineEvery{10'000};
constexpr std::size_t kBar = 24;
constexpr std::size_t kNarrow = 40;

std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

std::string duration_text(std::chrono::seconds time) {
  const std::int64_t s = std::max<std::int64_t>(0, time.count());
  if (s < 60) return std::to_string(s) + "s";
  if (s < 3600) return std::to_string(s / 60) + "m " + two_digits(s % 60) + "s";
  return std::to_string(s / 3600) + "h " + two_digits(s / 60 % 60) + "m";
}

std::optional<std::chrono::seconds> time_left(double part_before, double part,
                                              std::chrono::duration<double> elapsed) noexcept {
  const double done = part - part_before;
  if (done < 0.005 || elapsed < std::chrono::seconds{1}) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(elapsed * ((1 - part) / done));
}

ProgressBar::ProgressBar(const Context& context)
    : terminal_{context.err.is_terminal}, quiet_{context.quiet}, columns_{context.err.columns}, begin_{Clock::now()} {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\n", stderr);
}

void ProgressBar::show(double part, std::string_view text) {
  const Clock::time_point now = Clock::now();
  const bool last = part >= 1;
  if (quiet_ || (shown_ && !last && now - *shown_ < (terminal_ ? kDrawEvery : kLineEvery))) return;
  if (!shown_ && !terminal_) {  // the first line comes when the time for one has passed
    shown_ = now;
    first_part_ = part;
    return;
  }
  shown_ = now;
  if (first_part_ < 0) first_part_ = part;
  std::array<char, 8> percent{};
  std::snprintf(percent.data(), percent.size(), "%3d %%", static_cast<int>(part * 100));
  std::string line;
  if (terminal_) {
    const auto full = static_cast<std::size_t>(part * kBar);
    line += "[" + std::string(full, '#') + std::string(kBar - full, '.') + "] ";
  }
  line += percent.data();
  line += "  ";
  line += text;
  if (const auto left = time_left(first_part_, part, now - begin_); left && !last) {
    line += ", " + duration_text(*left) + " left";
  }
  if (!terminal_) {
    line += "\n";
  } else {
    const std::size_t width = columns_ > kNarrow ? columns_ - 1 : 79;
    if (line.size() > width) line.resize(width);
    line = "\r\x1b[K" + line;
    drawn_ = true;
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace leftfold::inline v0::cli
