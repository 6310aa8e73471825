// SPDX-License-Identifier: Apache-2.0
// What must hold after any number of crashes.
#pragma once

#include <cstddef>

#include "crash/victims.h"

namespace crash {

// What was found, for the last line of the test.
struct Findings {
  std::size_t events = 0;
  std::size_t commands = 0;      // in the store
  std::size_t acknowledged = 0;  // of those, acknowledged
  std::size_t repeated = 0;      // acknowledgements of a command that an earlier process had stored
  std::size_t heard = 0;         // calls of the listener
  std::size_t heard_again = 0;   // of those, for an event it had heard before
};

// Throws leftfold::testing::ExpectationFailed that says what is wrong.
[[nodiscard]] Findings verify(const Place& place);

// At any moment, whoever writes: the projector's table holds each event up to its checkpoint, once, and no other.
// Throws as verify().
void check_table_is_whole(const Place& place);

}  // namespace crash
