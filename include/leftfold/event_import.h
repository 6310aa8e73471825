// SPDX-License-Identifier: Apache-2.0
// Port: storing what another store recorded, as it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/event_store.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// A commit with what its store added to it: versions and a time. Plain value.
struct RecordedCommit {
  std::string aggregate_id;
  Version first;                 ///< of its first event; the others follow without a gap
  Timestamp committed_at{};      ///< by the clock of the store it comes from
  std::vector<NewEvent> events;  ///< at least one; the first one's id names the commit

  [[nodiscard]] Version last() const { return Version{first.value() + static_cast<std::int64_t>(events.size()) - 1}; }
};

/// Port: a store that takes commits over from another one. It is for moving a store, not for writing events: what is
/// imported keeps its ids, its times and its commits. testing/event_import_suite.h checks what is promised here.
/// Any thread. Must outlive everything that was given a reference to it.
class EventImport {
 public:
  virtual ~EventImport() = default;

  /// Stores each commit whole or not at all, in their order, and waits until they are durable. A commit is stored when
  /// its first version is the next one of its aggregate; else the answer is a Conflict, and nothing that is stored is
  /// changed. (Of one whose name, place and size are stored already a store may say Appended.) Returns one answer each.
  /// Throws Error(invalid_argument) before anything is stored for a commit that breaks the rules of AppendRequest or
  /// whose time is outside the years 0000 to 9999; else what EventStore::append throws: then some of the commits may
  /// be stored, and who imports all of them again finds them.
  [[nodiscard]] virtual std::vector<AppendResult> import_commits(std::vector<RecordedCommit> commits) = 0;
};

/// Checks the rules of import_commits for one commit and turns it into the request that appends it; every store calls
/// it first. Throws Error(invalid_argument) that names the rule and the event.
[[nodiscard]] AppendRequest request_of(RecordedCommit commit);

}  // namespace leftfold::inline v0
