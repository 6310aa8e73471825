// SPDX-License-Identifier: Apache-2.0
// Help texts, made from the table of verbs.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <leftfold/app.h>

namespace leftfold::inline v0::cli {

/// What `program` can do: examples first. `own` are its own commands; `stock` is true for lfold, which has no handlers.
[[nodiscard]] std::string help(std::string_view program, std::span<const CommandInfo> own, bool stock);

/// Help for one verb or command, or for all verbs that begin with this word ("events").
/// Throws UsageError for an unknown one, with the nearest.
[[nodiscard]] std::string help_for(std::string_view topic, std::string_view program, std::span<const CommandInfo> own);

}  // namespace leftfold::inline v0::cli
