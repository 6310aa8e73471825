// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines, for export and import. docs/format/events-jsonl.md describes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <leftfold/event_copy.h>
#include <leftfold/event_page.h>

namespace leftfold::inline v0::runtime {

/// The format of the lines this program writes, and the newest it reads.
inline constexpr int kEventLineFormat = 1;

/// Appends one line with its line end to `out`. The event's position is not part of it. Throws Error(invalid_data) that
/// names the event, with `out` untouched, for text that is not UTF-8 and a time outside the years 0000 to 9999.
void append_event_line(std::string& out, const RecordedEvent& event);

/// Reads one line; `number` (from 1) is named in errors. Throws Error(invalid_data) that names line and member for what
/// is malformed, missing or given twice, unsupported for a newer format.
[[nodiscard]] EventCopy read_event_line(std::string_view line, std::size_t number);

}  // namespace leftfold::inline v0::runtime
