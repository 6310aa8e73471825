// SPDX-License-Identifier: Apache-2.0
// Re-drives parked sequences of the handlers of one Runner.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <leftfold/runner.h>

#include "resilience/redrive.h"
#include "runtime/registered_handler.h"

namespace leftfold::inline v0::detail {

/// Handles letters as the live path handles events: same handler, same gate, one at a time for an aggregate. Live
/// events of the aggregate go behind its letters meanwhile; a sequence of which a worker of this process still has an
/// event in hand is left for another time. Any thread, one call a handler at a time. Handlers must outlive it.
class Redriver {
 public:
  Redriver(Clock& clock, Logger& log) : clock_{clock}, log_{log} {}

  /// Re-drives one sequence. Nothing while the breaker is not closed. Throws what the store throws.
  [[nodiscard]] RedriveResult redrive(RegisteredHandler& handler, std::string_view sequence,
                                      const std::stop_token& stop) const;
  /// Re-drives what is due, discards what is too old, and reports what is parked. Throws what the store throws.
  void look_after(RegisteredHandler& handler, const std::stop_token& stop) const;

 private:
  void handle(RegisteredHandler& handler, const RecordedEvent& event) const;
  void expire(RegisteredHandler& handler, Timestamp now) const;

  Clock& clock_;
  Logger& log_;
};

}  // namespace leftfold::inline v0::detail
