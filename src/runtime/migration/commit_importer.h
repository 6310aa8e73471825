// SPDX-License-Identifier: Apache-2.0
// Brings commits into a store that may have some of them already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <leftfold/event_import.h>
#include <leftfold/event_store.h>

namespace leftfold::inline v0::runtime {

/// Where commits go. Plain value; what it points to must outlive its users.
struct ImportTarget {
  EventStore* events = nullptr;   ///< null: a store that is not there yet, for a dry run
  EventImport* import = nullptr;  ///< null: a dry run, which only counts
};

struct ImportCounts {
  std::uint64_t commits = 0;        ///< that were stored
  std::uint64_t events = 0;         ///< in them
  std::uint64_t events_before = 0;  ///< that were there already
};

/// Stores what the target lacks and compares what it has, so that it can be begun again at any time. An aggregate's
/// commits come in the order of versions. Memory holds at most 500 commits or 4 MiB of them, and the ends of 50,000
/// aggregates. One thread at a time. What was added may not be stored before finish() returns.
class CommitImporter {
 public:
  explicit CommitImporter(ImportTarget target) : target_{target} {}

  /// Throws Error(version_conflict) that names aggregate and version when the target has another event there, lacks
  /// what comes before it, or when somebody else writes the aggregate meanwhile; and as both ports. Nothing that is
  /// stored is changed.
  void add(RecordedCommit commit);
  /// Stores what is left. Throws as add().
  void finish() { flush(); }

  [[nodiscard]] const ImportCounts& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] bool is_new(const RecordedCommit& commit);
  void expect_place(const RecordedCommit& commit) const;
  void flush();

  ImportTarget target_;
  std::unordered_map<std::string, Version> ends_;  // the last version of aggregates that end there, batch included
  bool all_known_ = true;                          // no end was forgotten
  std::vector<RecordedCommit> batch_;
  std::size_t batch_bytes_ = 0;
  ImportCounts counts_;
};

}  // namespace leftfold::inline v0::runtime
