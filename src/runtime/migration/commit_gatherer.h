// SPDX-License-Identifier: Apache-2.0
// Events that come one by one, as the commits they were stored in.
#pragma once

#include <optional>

#include <leftfold/event_import.h>
#include <leftfold/event_page.h>

namespace leftfold::inline v0::runtime {

/// One thread at a time.
class CommitGatherer {
 public:
  /// Returns the event's commit when this is its last event. Throws Error(invalid_data) that names the event when it
  /// is not the one that has to follow; what was gathered of its commit is forgotten then.
  [[nodiscard]] std::optional<RecordedCommit> add(const RecordedEvent& event);
  /// Throws Error(invalid_data) when events of a commit are still to come.
  void expect_whole() const;

 private:
  [[nodiscard]] bool continues(const RecordedEvent& event) const;

  RecordedCommit commit_;  // as far as it came; without events: none is begun
  std::int32_t size_ = 0;
};

/// Event `i` of a commit, as a store that has it hands it out. Its texts are the commit's.
[[nodiscard]] RecordedEvent event_of(const RecordedCommit& commit, std::size_t i);

}  // namespace leftfold::inline v0::runtime
