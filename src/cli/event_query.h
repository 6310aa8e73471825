// SPDX-License-Identifier: Apache-2.0
// Which events to print, and how: the flags of `events read`, `events search` and `tail`, understood.
#pragma once

#include <cstddef>

#include <leftfold/event_page.h>

#include "cli/context.h"
#include "cli/event_choice.h"
#include "cli/event_printer.h"
#include "cli/numbers.h"

namespace leftfold::inline v0::cli {

struct EventQuery {
  EventChoice choice;
  std::size_t limit = kNoLimit;
  bool follow = false;
  EventForm form = EventForm::table;
};

/// Throws UsageError that names the flag, its value and what is allowed.
[[nodiscard]] EventQuery read_query(const Context& context);

}  // namespace leftfold::inline v0::cli
