// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/commit_gatherer.h"

#include <string>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/place.h"

namespace leftfold::inline v0::runtime {

std::optional<RecordedCommit> CommitGatherer::add(const RecordedEvent& event) {
  if (event.commit_pos == 0) {
    expect_whole();
    if (event.commit_id != event.id || event.commit_size < 1) {
      throw Error{Errc::invalid_data, detail::place_of(event) + " begins a commit, but " +
                                          (event.commit_size < 1 ? "it is of no size" : "it is not named by its id")};
    }
    commit_.aggregate_id = event.aggregate_id;
    commit_.first = event.version;
    commit_.committed_at = event.committed_at;
    size_ = event.commit_size;
  } else if (!continues(event)) {
    const std::string gathered = std::to_string(commit_.events.size());
    commit_ = {};
    throw Error{Errc::invalid_data, detail::place_of(event) + " is event " + std::to_string(event.commit_pos) + " of " +
                                        std::to_string(event.commit_size) + " of commit " +
                                        event.commit_id.to_string() + ", and does not follow on the " + gathered +
                                        " of it that stand before it: a commit's events stand together, in order"};
  }
  commit_.events.push_back({event.id, std::string{event.type}, std::string{event.payload}, std::string{event.metadata},
                            event.schema_version});
  if (event.commit_pos + 1 < size_) return std::nullopt;
  return std::exchange(commit_, {});
}

bool CommitGatherer::continues(const RecordedEvent& event) const {
  return !commit_.events.empty() && event.aggregate_id == commit_.aggregate_id &&
         event.version == commit_.last().next() && event.commit_id == commit_.events.front().id &&
         event.committed_at == commit_.committed_at && event.commit_size == size_ &&
         event.commit_pos == static_cast<std::int32_t>(commit_.events.size());
}

void CommitGatherer::expect_whole() const {
  if (commit_.events.empty()) return;
  throw Error{Errc::invalid_data, "the commit " + commit_.events.front().id.to_string() + " of aggregate " +
                                      detail::in_quotes(commit_.aggregate_id) + " has " + std::to_string(size_) +
                                      " events, only " + std::to_string(commit_.events.size()) + " of them came"};
}

RecordedEvent event_of(const RecordedCommit& commit, std::size_t i) {
  const NewEvent& stored = commit.events[i];
  RecordedEvent event;
  event.schema_version = stored.schema_version;
  event.version = Version{commit.first.value() + static_cast<std::int64_t>(i)};
  event.committed_at = commit.committed_at;
  event.id = stored.id;
  event.commit_id = commit.events.front().id;
  event.commit_pos = static_cast<std::int32_t>(i);
  event.commit_size = static_cast<std::int32_t>(commit.events.size());
  event.aggregate_id = commit.aggregate_id;
  event.type = stored.type;
  event.payload = stored.payload;
  event.metadata = stored.metadata;
  return event;
}

}  // namespace leftfold::inline v0::runtime
