// SPDX-License-Identifier: Apache-2.0
// Commands that are lfold's and no program's, so that programs may have commands of these names.
#pragma once

#include "cli/context.h"
#include "cli/flags.h"

namespace leftfold::inline v0::cli {

/// Throws UsageError in a program.
inline void expect_lfold(const Context& context) {
  if (context.program.app == nullptr) return;
  throw UsageError{context.line.verb + " is a command of lfold, not of programs: type lfold " + context.line.verb};
}

}  // namespace leftfold::inline v0::cli
