// SPDX-License-Identifier: Apache-2.0
// The flags of `replay`, understood.
#pragma once

#include <string>
#include <vector>

#include <leftfold/app.h>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

struct ReplayCommand {
  enum class What { swap, in_place, verify, rollback };
  What what = What::swap;
  ReplayFrom from = ReplayFrom::store;
  std::vector<std::string> projectors;  ///< with a read model, unless they were named
  ReplayOptions options;
};

/// Throws UsageError that names the flag, its value and what is allowed, for what does not go together, and when the
/// program has no such projectors; Error(not_found) for a name that no handler has.
[[nodiscard]] ReplayCommand read_replay_command(const Context& context);

}  // namespace leftfold::inline v0::cli
