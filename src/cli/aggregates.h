// SPDX-License-Identifier: Apache-2.0
// Aggregates as people name them: by type and id.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/app.h>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// The program's aggregate of that name. Throws UsageError in lfold without libraries; Error(not_found), with the
/// nearest; Error(unsupported) for one whose state cannot be stored as JSON.
[[nodiscard]] AggregateInfo aggregate_of(Context& context, std::string_view type);

/// Throws Error(not_found): it has no events, or none yet then.
[[noreturn]] void no_events(const Context& context, const AggregateInfo& type, std::string_view id,
                            std::string_view then = {});

}  // namespace leftfold::inline v0::cli
