// SPDX-License-Identifier: Apache-2.0
// Turns git's log into commands on files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include <leftfold/event_store.h>

#include "git_history/git_log.h"

namespace git_history {

/// What an import did.
struct ImportReport {
  std::string head;           // read up to here
  std::int64_t commits = 0;   // read; merges are not counted
  std::int64_t changes = 0;   // one a file a commit
  std::int64_t repeated = 0;  // of these, stored by an import that was cut short
  std::int64_t merged = 0;    // files that merges kept or dropped
  bool finished = true;       // false: `stop` came first; the next import goes on
};

/// Imports what `repository` has and `store` lacks, on `threads` threads. An import that was cut short, by a stop, a
/// kill or an error, is done again from its start, and what it stored is not stored twice. Throws
/// leftfold::Error(version_conflict) when the repository is not the one in the store, or its history was rewritten; as
/// GitRepository and EventStore.
[[nodiscard]] ImportReport import_history(leftfold::EventStore& store, const GitRepository& repository,
                                          std::size_t threads, const std::stop_token& stop);

}  // namespace git_history
