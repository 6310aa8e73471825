// SPDX-License-Identifier: Apache-2.0
// The verb `serve`: the cart service behind an HTTP port.
#pragma once

#include <span>
#include <stop_token>
#include <string>

#include <leftfold/app.h>

namespace shop {

/// `shop serve [--host 127.0.0.1] [--port 8080] [--threads 16]`: answers requests until `stop`, then ends those in
/// flight and returns 0. It runs no handlers. --port 0 takes any free port; the address is the first line of stdout.
/// Throws leftfold::Error(unavailable) when the port is taken, invalid_argument for options, and as App::store().
[[nodiscard]] int serve(leftfold::App& app, std::span<const std::string> arguments, const std::stop_token& stop);

}  // namespace shop
