// SPDX-License-Identifier: Apache-2.0
// The command line of a service: run, handlers, events, tail, and the program's own verbs.
#pragma once

#include <leftfold/app.h>

namespace leftfold::inline v0::cli {

/// Runs the program's command line and returns its exit code: 0 success, 1 a handler or a check failed, 2 usage
/// or configuration, 3 not found, 4 conflict, 5 store or broker unreachable or access denied, 6 timeout, 7 data corrupt
/// or of another format, 8 refused, 70 a bug, 128 + the signal's number when a second signal ended it or a signal cut a
/// listing short (docs/reference/exit-codes.md). stdout is data, stderr is everything else; without arguments it prints
/// help there and returns 2. The first SIGINT or SIGTERM requests a stop, a second one ends the process at once; what
/// these signals did before is back when it returns. It has a thread of its own for them. Never throws. One call at a
/// time.
[[nodiscard]] int run(int argc, const char* const* argv, App& app) noexcept;

/// The program lfold: the same for any store, without a program's handlers and commands. As run() in all else.
[[nodiscard]] int run_lfold(int argc, const char* const* argv) noexcept;

}  // namespace leftfold::inline v0::cli
