// SPDX-License-Identifier: Apache-2.0
// Nothing that destroys or touches many happens before its exact count was shown and somebody agreed.
#pragma once

#include <string>

#include <leftfold/dead_letter_store.h>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// Shows on stderr what is about to happen. Returns true to go on: with --yes, or when a person at a terminal says so;
/// false with --dry-run. Throws CommandFailed (refused) when the answer is no, or nobody can be asked.
[[nodiscard]] bool confirmed(Context& context, const std::string& what);

/// Who makes a change: --as, or "user@host:pid".
[[nodiscard]] std::string who(const Context& context);
/// Who and why; throws UsageError without a --why that says something.
[[nodiscard]] ChangedBy changed_by(const Context& context);

/// "1 letter", "2 letters".
[[nodiscard]] std::string counted(std::size_t number, std::string_view what);

}  // namespace leftfold::inline v0::cli
