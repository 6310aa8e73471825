// SPDX-License-Identifier: Apache-2.0
// What stands in the broker for an event that cannot be published.
#pragma once

#include <string_view>

#include <leftfold/error.h>
#include <leftfold/event_copy.h>
#include <leftfold/log.h>

namespace leftfold::inline v0::runtime {

/// An event of type kUnpublished at the same place, whose metadata says why, in at most a few hundred bytes.
/// `event` may be an event of which nothing but aggregate and version is known; `now` is then its time, and its id is
/// derived from its place.
[[nodiscard]] EventCopy unpublished_event(const RecordedEvent& event, std::string_view why, Timestamp now);

/// True when a sink says by it that it can never take the event (EventSink::send).
[[nodiscard]] bool is_refusal(const Error& error) noexcept;

/// Says in the log that the one stands for the other.
void log_marked(Logger& log, const RecordedEvent& event, std::string_view why);

}  // namespace leftfold::inline v0::runtime
