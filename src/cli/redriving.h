// SPDX-License-Identifier: Apache-2.0
// Re-drives parked aggregates: in this process when it has the handler, else by asking the service that has it.
#pragma once

#include <chrono>
#include <string>

#include "cli/selection.h"

namespace leftfold::inline v0::cli {

/// How to go about many.
struct RedrivePlan {
  bool canary = true;                      ///< the first one has to work before the others are touched
  std::chrono::nanoseconds pause{0};       ///< between two aggregates
  std::chrono::milliseconds wait{30'000};  ///< for the service's answer about the canary
};

/// The flags --rate, --no-canary and --wait. Throws UsageError.
[[nodiscard]] RedrivePlan read_redrive_plan(const Flags& flags);

/// Re-drives them one after the other, prints what became of each, and returns the exit code.
/// Throws Error(handler_failed) when one failed again, Error(fenced) when all are in other hands, Error(stopped) when
/// no service answered about the canary.
[[nodiscard]] int redrive(Context& context, const Opened& opened, const Subscriptions& names,
                          const std::string& subscription, const Selection& chosen, const RedrivePlan& plan);

}  // namespace leftfold::inline v0::cli
