// SPDX-License-Identifier: Apache-2.0
// Waiting for what tells nobody when it is ready: other processes, over the network.
#pragma once

#include <chrono>
#include <stop_token>

namespace examples {

/// Waits that long, or until `stop`. Returns false when the stop came. Any thread.
bool pause(std::chrono::nanoseconds time, const std::stop_token& stop);

}  // namespace examples
