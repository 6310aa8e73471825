// SPDX-License-Identifier: Apache-2.0
// Until when a call may go on.
#pragma once

#include <stop_token>

#include <leftfold/clock.h>

namespace leftfold::inline v0::runtime {

/// Plain value for the length of a call.
struct Until {
  const Clock& clock;
  const std::stop_token& stop;
  Instant deadline;
  bool ends_on_wake = false;   ///< also when the sink was woken
  mutable bool woken = false;  ///< it was

  [[nodiscard]] bool over() const {
    return woken || stop.stop_requested() || (deadline != kNever && clock.instant() >= deadline);
  }
};

}  // namespace leftfold::inline v0::runtime
