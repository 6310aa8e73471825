// SPDX-License-Identifier: Apache-2.0
// The command line of any program: with an App, or without (lfold).
#pragma once

#include <span>
#include <string>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// Runs one command line and returns its exit code. Never throws: failures become a line on stderr and a code.
[[nodiscard]] int run_program(Program& program, std::span<const std::string> arguments) noexcept;

}  // namespace leftfold::inline v0::cli
