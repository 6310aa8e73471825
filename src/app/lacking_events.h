// SPDX-License-Identifier: Apache-2.0
// What tables that a swap had put aside will never receive.
#pragma once

#include <string_view>

#include <leftfold/dead_letter_store.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>
#include <leftfold/read_model.h>

namespace leftfold::inline v0::app {

/// Tables that are in use again lack what was parked when they were put aside, which their checkpoint has passed, and
/// which left the dead letters while others were in use. Warns of the first such event of each aggregate, of 20 at
/// most. Positions are the store's. Never throws: when it cannot look, it says that.
void tell_of_lacking_events(ReadModel& tables, std::string_view projector, std::string_view subscription,
                            Position checkpoint, DeadLetterStore& letters, EventStore& store, Logger& log) noexcept;

}  // namespace leftfold::inline v0::app
