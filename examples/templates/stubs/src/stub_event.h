// SPDX-License-Identifier: Apache-2.0
// StubEvent: something that happened.
#pragma once

#include <cstdint>
#include <string>

struct StubEvent {
  std::int64_t a_field = 0;  // [field]
};
