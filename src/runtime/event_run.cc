#include "runtime/event_run.h"

#include "runtime/handler_failed.h"

namespace leftfold::detail {

void reset(const RegisteredHandler& handler) {
  try {
    handler.entry.reset(handler.entry.handler);
  } catch (...) {
    throw Error{Errc::handler_failed,
                "subscription " + handler.subscription +
                    ": reset() failed before the first event: " + describe(std::current_exception())};
  }
}

EventRun handle_run(const RegisteredHandler& handler, std::span<const RecordedEvent* const> events, Clock& clock) {
  EventRun run;
  const Instant end = clock.instant() + kHandlingBudget;
  for (const RecordedEvent* event : events) {
    try {
      if (handler.entry.table.handle(*event)) ++run.handled;
    } catch (...) {
      run.failure = handler_failed(handler.subscription, *event, std::current_exception());
      return run;
    }
    ++run.finished;
    if (clock.instant() >= end) return run;
  }
  return run;
}

}  // namespace leftfold::detail
