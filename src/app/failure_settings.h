// SPDX-License-Identifier: Apache-2.0
// From settings to what a handler's failures lead to.
#pragma once

#include <string_view>

#include <leftfold/failure_options.h>
#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

/// The options of a handler: `from_program` (HandlerOptions::failures) overruled by the file, the environment and
/// flags. What the program itself set by Settings::set() for all handlers fills in where `from_program` still has the
/// default; what is set for this handler alone always counts. Rules stay the program's.
/// Throws Error(invalid_config) that names the value, its origin and what is allowed; for values that do not go
/// together it names the origins of all that are set.
[[nodiscard]] FailureOptions failure_options(const Settings& settings, std::string_view handler,
                                             const FailureOptions& from_program);

}  // namespace leftfold::inline v0::app
