// SPDX-License-Identifier: Apache-2.0
// Places and times in a store as people type them: start, end, 7, +7, -7; 2026-11-23T09:00:00Z, 15m.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <leftfold/types.h>

#include "cli/flags.h"

namespace leftfold::inline v0::cli {

/// One end of a range of events. A number names an event, which is inside the range whichever end it is; the others lie
/// between two events, so that `--from X` and `--to X` share the events out between them. Plain value.
struct EventPlace {
  enum class Kind {
    start,        ///< before the first
    end,          ///< behind the last
    number,       ///< the event of this version or position
    after_first,  ///< +N: behind the first N
    before_last,  ///< -N: before the last N
  };
  Kind kind = Kind::start;
  std::int64_t number = 0;

  bool operator==(const EventPlace&) const = default;
  /// Whether it can be told without knowing where the events end.
  [[nodiscard]] bool needs_end() const noexcept { return kind == Kind::end || kind == Kind::before_last; }

  /// The first event of a range that begins here, of events numbered `first` to `last`; without events `last` is
  /// first - 1.
  [[nodiscard]] std::int64_t begin(std::int64_t first, std::int64_t last) const noexcept;
  /// The last event of a range that ends here.
  [[nodiscard]] std::int64_t finish(std::int64_t first, std::int64_t last) const noexcept;
};

/// Reads a place. `number` says what a plain number is: "a position". Throws UsageError that names the flag.
[[nodiscard]] EventPlace read_place(std::string_view flag, const std::string& text, std::string_view number);

/// Reads a time: RFC 3339 in any offset, a date (its midnight in UTC), or how long before `now`: 500ms, 30s, 15m, 2h,
/// 7d. Throws UsageError that names the flag.
[[nodiscard]] Timestamp read_time(std::string_view flag, const std::string& text, Timestamp now);

}  // namespace leftfold::inline v0::cli
