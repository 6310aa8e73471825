// SPDX-License-Identifier: Apache-2.0
// Which dead letters a command is about.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <leftfold/dead_letter_store.h>

#include "cli/numbers.h"
#include "cli/rows.h"
#include "cli/subscriptions.h"

namespace leftfold::inline v0::cli {

/// Parked aggregates and how many letters they have.
struct Selection {
  std::vector<DeadSequence> sequences{};
  std::size_t letters = 0;

  /// "3 letters of 2 aggregates"
  [[nodiscard]] std::string counts() const;
};

/// What --event-type and --error-type ask for.
[[nodiscard]] DeadLetterFilter filter_of(const Flags& flags);
/// All that fit, at most `limit`. Throws as the store.
[[nodiscard]] Selection select(DeadLetterStore& store, const DeadLetterFilter& filter, std::size_t limit = kNoLimit);

/// HANDLER AGGREGATE... or HANDLER --all, for commands that act on them.
struct Target {
  std::string subscription;
  Selection chosen;
  bool all = false;
};
/// Throws UsageError when it is neither or both, Error(not_found) for a handler that is not known and for an aggregate
/// without dead letters.
[[nodiscard]] Target target_of(Context& context, const Opened& opened, const Subscriptions& names);

/// Throws Error(not_found): the handler has no dead letters of that aggregate.
[[noreturn]] void no_letters(const Context& context, const Subscriptions& names, std::string_view subscription,
                             std::string_view sequence);

/// The aggregates as rows of a list.
[[nodiscard]] std::vector<Column> sequence_columns();
void add_row(Rows& rows, const DeadSequence& sequence, const Subscriptions& names);

/// What a --dry-run prints: all that would be touched.
void show_dry_run(Context& context, const Selection& chosen, const Subscriptions& names);

/// "3"; a letter without a version is "PARTITION/POSITION".
[[nodiscard]] std::string shown_key(const LetterKey& key);
/// The same in JSON: a number, or that text.
[[nodiscard]] std::string json_key(const LetterKey& key);
/// Reads what shown_key() shows. Throws UsageError.
[[nodiscard]] LetterKey key_of(const std::string& text);

}  // namespace leftfold::inline v0::cli
