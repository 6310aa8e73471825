// SPDX-License-Identifier: Apache-2.0
// Which events to print: the flags of `events read` and `tail`, understood.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/event_page.h>

#include "cli/context.h"
#include "cli/event_printer.h"
#include "cli/numbers.h"

namespace leftfold::inline v0::cli {

struct EventQuery {
  std::string stream;  ///< empty: all
  bool from_end = false;
  std::int64_t from = 0;  ///< first version of a stream, or first position; 0 is the first of both
  std::size_t limit = kNoLimit;
  std::vector<std::string> types;  ///< empty: all
  bool follow = false;
  EventForm form = EventForm::table;

  [[nodiscard]] bool wants(const RecordedEvent& event) const;
};

/// Throws UsageError that names the flag, its value and what is allowed.
[[nodiscard]] EventQuery read_query(const Context& context);

}  // namespace leftfold::inline v0::cli
