// Waiting for nothing but time.
#pragma once

#include <leftfold/clock.h>

namespace leftfold::base {

/// Returns when `time` has passed on `clock`; at once when it is not above zero. Nobody can end it early, so it is for
/// waits of at most some seconds. Any thread.
void sleep_for(Clock& clock, Instant::duration time);

}  // namespace leftfold::base
