// SPDX-License-Identifier: Apache-2.0
// Dead letters as JSON lines, for export and import. docs/format/dead-letters.md describes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0::detail {

/// The format of the lines this program writes, and the newest it reads.
inline constexpr int kLetterFormat = 1;

/// Appends one line with its line end to `out`. Throws JsonError(invalid_data), with `out` untouched, for a time
/// outside the years 0000 to 9999.
void append_letter_line(std::string& out, std::string_view subscription, const DeadLetter& letter);

struct LetterLine {
  std::string subscription;
  DeadLetter letter;
};

/// Reads one line; `number` (from 1) is named in errors. Throws Error(invalid_data) naming line and field for what is
/// malformed, missing or given in both ways, unsupported for a newer format.
[[nodiscard]] LetterLine read_letter_line(std::string_view line, std::size_t number);

}  // namespace leftfold::inline v0::detail
