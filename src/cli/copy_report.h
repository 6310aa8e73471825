// SPDX-License-Identifier: Apache-2.0
// What the command store copy prints at its end.
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/json_object.h"
#include "runtime/migration/commit_importer.h"
#include "runtime/migration/store_comparison.h"

namespace leftfold::inline v0::cli {

/// An aggregate as the file of --proof and the document of --json have it.
[[nodiscard]] JsonObject object_of(const runtime::AggregateComparison& aggregate);

/// One row, and what differs. `comparison` is null after a dry run; `target` names the store in messages. Throws
/// CommandFailed (different) when something does.
void report_copy(Context& context, const runtime::ImportCounts& counts, const runtime::StoreComparison* comparison,
                 const std::string& target);

}  // namespace leftfold::inline v0::cli
