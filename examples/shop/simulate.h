// SPDX-License-Identifier: Apache-2.0
// The verb `simulate`: customers, handlers and the check in one process.
#pragma once

#include <span>
#include <stop_token>
#include <string>

#include <leftfold/app.h>

#include "shop/receipts.h"

namespace shop {

/// Sends customers through the shop while the handlers run, waits for these, prints what sells and verifies the tables.
/// With broker kafka: it runs a publisher, too. Returns the exit code: 0 right or stopped, 1 wrong.
/// Throws what commands, handlers and the store throw.
[[nodiscard]] int simulate(leftfold::App& app, Mail& mail, std::span<const std::string> arguments,
                           const std::stop_token& stop);

}  // namespace shop
