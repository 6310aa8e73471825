// SPDX-License-Identifier: Apache-2.0
// The verb `drive`: the customers of a cart service that is somewhere else.
#pragma once

#include <span>
#include <stop_token>
#include <string>

namespace shop {

/// `shop drive [--url http://127.0.0.1:8080] [--customers 1000] [--first 1] [--threads 8] [--patience 60] [--json
/// yes]`: sends the customers' commands over HTTP, each with its idempotency key, again after a 503 or without an
/// answer, and prints how it went. Returns 0, also after a stop. Throws leftfold::Error(unavailable) for a command that
/// the service did not take for --patience seconds, invalid_data for an answer that a cart service does not give, and
/// invalid_argument for options.
[[nodiscard]] int drive(std::span<const std::string> arguments, const std::stop_token& stop);

}  // namespace shop
