// SPDX-License-Identifier: Apache-2.0
// Waiting for nothing but time.
#pragma once

#include <stop_token>

#include <leftfold/clock.h>

namespace leftfold::inline v0::base {

/// Returns when `time` has passed on `clock`; at once when it is not above zero. Nobody can end it early, so it is for
/// waits of at most some seconds. Any thread.
void sleep_for(Clock& clock, Instant::duration time);

/// Waits until `deadline` on `clock`, or the stop. Returns false when the stop came. Any thread.
bool pause_until(Clock& clock, Instant deadline, const std::stop_token& stop);

}  // namespace leftfold::inline v0::base
