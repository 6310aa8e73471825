// SPDX-License-Identifier: Apache-2.0
// One event, by what people know of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <leftfold/event_copy.h>
#include <leftfold/event_scan.h>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// The scan of a store without an order over all streams; null for the others.
[[nodiscard]] EventScan* scan_of(const Opened& opened);

/// Throws Error(not_found) unless the stream has an event.
void expect_stream(const Context& context, EventStore& store, std::string_view stream);

/// The event of this id, empty when there is none. In a store in the order of time an id of version 7, which has a
/// time in it, is looked for from there on first; else it is a walk over all events. Throws as the
/// store, and CommandFailed when a signal ended it before.
[[nodiscard]] std::optional<EventCopy> find_event(const Context& context, const Opened& opened, const Uuid& id);

/// The event that the words name: ID, POSITION, or STREAM VERSION. Throws UsageError, Error(not_found), and as the
/// store.
[[nodiscard]] EventCopy event_of(const Context& context, const Opened& opened, std::span<const std::string> words);

}  // namespace leftfold::inline v0::cli
