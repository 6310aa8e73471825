// The command line of a service: run, handlers, events, tail, and the program's own verbs.
#pragma once

#include <leftfold/app.h>

namespace leftfold::cli {

/// Runs the program's command line and returns its exit code: 0 success, 1 the check found what it looks for, 2 usage
/// or configuration, 3 not found, 4 conflict, 5 store or broker unreachable or access denied, 6 timeout, 7 data corrupt or of
/// another format, 8 refused, 70 a bug, 130 stopped by a second signal. stdout is data, stderr is everything else.
/// SIGINT and SIGTERM request a stop; a second one ends the process. Never throws. Call it once, from main, before
/// other threads exist: it blocks these signals for the threads that follow.
[[nodiscard]] int run(int argc, const char* const* argv, App& app) noexcept;

}  // namespace leftfold::cli
