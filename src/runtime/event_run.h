// SPDX-License-Identifier: Apache-2.0
// A run of events through a projector, one after another.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>

#include <leftfold/clock.h>

#include "runtime/delivery.h"
#include "runtime/registered_handler.h"
#include "runtime/version_gate.h"

namespace leftfold::inline v0::detail {

/// How long a projector handles before it commits and lets readers in.
inline constexpr std::chrono::milliseconds kHandlingBudget{20};
/// The same where nobody waits for it, but each read and commit crosses a network: still short enough for a stop.
inline constexpr std::chrono::milliseconds kUnhurriedBudget{250};
[[nodiscard]] inline std::chrono::milliseconds budget_of(const RegisteredHandler& handler) {
  ReadModel* const model = handler.entry.read_model;
  return model == nullptr || model->others_wait() ? kHandlingBudget : kUnhurriedBudget;
}

/// What became of a run: `finished` of its events are, the next one ended it or was left for another run.
struct EventRun {
  std::size_t finished = 0;
  std::exception_ptr thrown;                         // what the handler threw at the next one
  bool blocked = false;                              // the breaker does not let the next one be called
  VersionGate::Turn turn = VersionGate::Turn::next;  // early or late: the next one may not be handled because of that
  bool overfull = false;                             // the next one did not fit: what it wrote is there too, undo it
  Version reached;                                   // early: the last version before those that are missing
};

/// Makes a projector's table empty. Throws what reset() throws, as Error(handler_failed).
void reset(const RegisteredHandler& handler);

/// How a run handles.
struct RunOptions {
  bool ask_breaker = true;                             // false: all were handled before and are only repeated
  std::function<bool(const RecordedEvent&)> in_table;  // whether the tables hold the event already; may be empty
  VersionGate* gate = nullptr;                         // of a feed that may repeat; knows what is finished afterwards
  ReadModelTransaction* transaction = nullptr;         // what the handler writes to; null: in memory
  std::size_t rows_an_event = 0;                       // of the transaction, that the caller may write for each event
};

/// Handles `events` in order and sets their outcomes, until the handler throws, the breaker refuses, one is to stop the
/// subscription or comes early or late, the transaction is full, or budget_of() is used up; at least one event. An
/// event that fails in a full transaction did not fail because of itself, unless it is the first. Throws what
/// `in_table` and the transaction throw.
[[nodiscard]] EventRun handle_run(RegisteredHandler& handler, std::span<Delivery> events, Clock& clock,
                                  const RunOptions& options);

}  // namespace leftfold::inline v0::detail
