// A run of events through a projector, one after another.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>

#include <leftfold/clock.h>
#include <leftfold/event_page.h>

#include "runtime/registered_handler.h"

namespace leftfold::detail {

/// How long a projector handles before it commits and lets readers in.
inline constexpr std::chrono::milliseconds kHandlingBudget{20};

/// What became of a run: `finished` of its events are, the next one failed or was left for another run.
struct EventRun {
  std::size_t finished = 0;
  std::uint64_t handled = 0;   // of the finished ones, those the handler receives
  std::exception_ptr failure;  // HandlerFailed
};

/// Makes a projector's table empty. Throws what reset() throws, as Error(handler_failed).
void reset(const RegisteredHandler& handler);

/// Handles `events` in order until the handler throws or kHandlingBudget is used up; at least one event.
[[nodiscard]] EventRun handle_run(const RegisteredHandler& handler, std::span<const RecordedEvent* const> events,
                                  Clock& clock);

}  // namespace leftfold::detail
