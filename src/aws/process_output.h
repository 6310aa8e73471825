// SPDX-License-Identifier: Apache-2.0
// Running credential_process.
#pragma once

#include <stop_token>
#include <string>

#include "aws/environment.h"

namespace leftfold::inline v0::aws {

/// What `command`, run by /bin/sh with `environment`, wrote to its standard output; its standard error is this
/// process's. Throws Error: permission_denied when it ends with a failure, unavailable when it cannot start or runs
/// over a minute (it is killed), invalid_data over 64 KB, stopped. `place` begins the message; the output is never part
/// of it.
[[nodiscard]] std::string process_output(const std::string& command, const Environment& environment,
                                         const std::string& place, const std::stop_token& stop);

}  // namespace leftfold::inline v0::aws
