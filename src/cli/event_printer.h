// SPDX-License-Identifier: Apache-2.0
// One stored event after the other, in the form that was asked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <leftfold/event_page.h>

#include "cli/output.h"
#include "cli/table.h"

namespace leftfold::inline v0::cli {

enum class EventForm { table, json, ndjson, raw };

/// Writes events to stdout. One thread at a time; the Output must outlive it.
class EventPrinter {
 public:
  /// With EventForm::json it writes the whole envelope, finish() and fail() its end.
  EventPrinter(EventForm form, Output& out, const Terminal& terminal);

  void print(const RecordedEvent& event);
  /// Writes what was printed so far. Throws as Output::flush().
  void flush();
  void finish();
  /// Ends the JSON document of a command that failed midway, so that it can still be read.
  void fail(std::string_view code, std::string_view message);
  [[nodiscard]] std::size_t printed() const noexcept { return printed_; }

 private:
  EventForm form_;
  Output& out_;
  Table table_;
  std::size_t printed_ = 0;
};

/// One event as a JSON object on one line, without the line's end.
[[nodiscard]] std::string event_json(const RecordedEvent& event);

}  // namespace leftfold::inline v0::cli
