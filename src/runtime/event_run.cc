// SPDX-License-Identifier: Apache-2.0
#include "runtime/event_run.h"

#include <optional>

#include "runtime/handler_failed.h"

namespace leftfold::inline v0::detail {
namespace {

// Returns what the handler threw.
std::exception_ptr call(RegisteredHandler& handler, Delivery& delivery, Clock& clock) {
  const RecordedEvent& event = *delivery.event;
  HandlerMetrics& metrics = *handler.metrics;
  const Instant begun = metrics.on() ? clock.instant() : Instant{};
  std::exception_ptr thrown;
  try {
    const bool received = handler.entry.table.handle(event);
    delivery.outcome = received ? Delivery::Outcome::handled : Delivery::Outcome::passed;
  } catch (...) {
    thrown = std::current_exception();
  }
  if (metrics.on()) metrics.took(clock.instant() - begun, event.committed_at, clock.now());
  return thrown;
}

}  // namespace

void reset(const RegisteredHandler& handler) {
  try {
    handler.entry.reset(handler.entry.handler);
  } catch (...) {
    throw Error{Errc::handler_failed,
                "subscription " + handler.subscription +
                    ": reset() failed before the first event: " + describe(std::current_exception())};
  }
}

EventRun handle_run(RegisteredHandler& handler, std::span<Delivery> events, Clock& clock, const RunOptions& options) {
  FailureHandling& failures = *handler.failures;
  EventRun run;
  const Instant end = clock.instant() + budget_of(handler);
  const auto is_full = [&] {
    if (options.transaction == nullptr) return false;
    options.transaction->keep_room((options.gate != nullptr ? options.gate->pending() : 0) +
                                   run.finished * options.rows_an_event);
    return options.transaction->full();
  };
  for (Delivery& delivery : events) {
    if (delivery.next == Delivery::Next::stop) return run;
    const auto turn = options.gate != nullptr ? options.gate->turn_of(*delivery.event) : VersionGate::Turn::next;
    if (delivery.next != Delivery::Next::handle) {
      delivery.outcome =
          delivery.next == Delivery::Next::parked ? Delivery::Outcome::parked : Delivery::Outcome::handled;
      const bool unreadable = delivery.event->type == kUnreadable;
      if (options.gate != nullptr &&
          (unreadable || turn == VersionGate::Turn::early || turn == VersionGate::Turn::repeated)) {
        delivery.reached = options.gate->reached(*delivery.event);
      }
    } else if (turn == VersionGate::Turn::repeated) {
      delivery.outcome = Delivery::Outcome::repeated;
    } else if (turn == VersionGate::Turn::early ||
               (turn == VersionGate::Turn::late && handler.entry.table.handles(delivery.event->type))) {
      run.turn = turn;
      run.reached = options.gate->reached(*delivery.event);
      return run;
    } else if (!handler.entry.table.handles(delivery.event->type)) {
      delivery.outcome = Delivery::Outcome::passed;
    } else if (options.in_table && options.in_table(*delivery.event)) {
      delivery.outcome = Delivery::Outcome::skipped;
    } else {
      std::optional<CircuitBreaker::Permit> permit;
      if (options.ask_breaker) {
        permit = failures.breaker().try_acquire(delivery.event->aggregate_id);
        if (!permit) {
          run.blocked = true;
          return run;
        }
      }
      run.thrown = call(handler, delivery, clock);
      if (run.thrown && run.finished > 0 && is_full()) {
        run.thrown = nullptr;
        run.overfull = true;
        return run;
      }
      if (run.thrown) {
        if (permit) permit->failed(failures.options().rules.classify(run.thrown));
        return run;
      }
      if (permit) permit->succeeded();
    }
    if (options.gate != nullptr)
      options.gate->finish(*delivery.event, turn, delivery.outcome == Delivery::Outcome::parked);
    ++run.finished;
    if (is_full() || clock.instant() >= end) return run;
  }
  return run;
}

}  // namespace leftfold::inline v0::detail
