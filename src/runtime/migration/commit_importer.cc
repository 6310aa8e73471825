// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/commit_importer.h"

#include <string_view>
#include <utility>
#include <variant>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "runtime/migration/commit_gatherer.h"
#include "runtime/migration/event_hash.h"

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::size_t kMostCommits = 500;
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr std::size_t kMostEnds = 50'000;

[[noreturn]] void fail(std::string_view aggregate_id, Version version, const std::string& why) {
  throw Error{Errc::version_conflict, "aggregate " + detail::in_quotes(aggregate_id) + ", version " +
                                          std::to_string(version.value()) + ": " + why + "; nothing was overwritten"};
}

std::size_t bytes_of(const RecordedCommit& commit) {
  std::size_t bytes = 0;
  for (const NewEvent& event : commit.events) bytes += event.payload.size() + event.metadata.size() + event.type.size();
  return bytes;
}

}  // namespace

void CommitImporter::add(RecordedCommit commit) {
  const std::size_t events = commit.events.size();
  if (!is_new(commit)) {
    counts_.events_before += events;
    return;
  }
  ends_[commit.aggregate_id] = commit.last();
  ++counts_.commits;
  counts_.events += events;
  if (target_.import == nullptr) return;
  batch_bytes_ += bytes_of(commit);
  batch_.push_back(std::move(commit));
  if (batch_.size() >= kMostCommits || batch_bytes_ >= kMostBytes) flush();
}

/// False: all of it is there, and equal. Throws when something else is there.
bool CommitImporter::is_new(const RecordedCommit& commit) {
  const auto known = ends_.find(commit.aggregate_id);
  if (known != ends_.end() && known->second.next() == commit.first) return true;
  if (known != ends_.end() || ends_.size() >= kMostEnds) flush();  // so that reading back finds all there is
  if (ends_.size() >= kMostEnds) {
    ends_.clear();
    all_known_ = false;
  }
  if (target_.import == nullptr && all_known_) expect_place(commit);
  if (target_.events == nullptr) return true;
  std::size_t found = 0;
  while (found < commit.events.size()) {
    const Version next{commit.first.value() + static_cast<std::int64_t>(found)};
    const EventPage page = target_.events->read_stream(commit.aggregate_id, next, commit.events.size() - found);
    for (const RecordedEvent& there : page) {
      const std::string_view difference = difference_of(event_of(commit, found), there);
      if (!difference.empty()) {
        fail(commit.aggregate_id, there.version,
             "the target has another event there: its " + std::string{difference} + " differs");
      }
      ++found;
    }
    if (!page.at_end()) continue;
    if (found == 0) return true;
    if (found < commit.events.size()) {
      fail(commit.aggregate_id, commit.first,
           "the target has only " + std::to_string(found) + " of the " + std::to_string(commit.events.size()) +
               " events of this commit");
    }
    ends_[commit.aggregate_id] = commit.last();
  }
  return false;
}

/// A dry run asks what an import would answer, as long as it knows of every commit that would be there by now.
void CommitImporter::expect_place(const RecordedCommit& commit) const {
  if (commit.first <= Version{0}) return;
  const Version before{commit.first.value() - 1};
  const auto known = ends_.find(commit.aggregate_id);
  if (known != ends_.end() && before <= known->second) return;
  if (target_.events != nullptr && !target_.events->read_stream(commit.aggregate_id, before, 1).empty()) return;
  fail(commit.aggregate_id, commit.first, "it cannot follow there: the target lacks what comes before it");
}

void CommitImporter::flush() {
  if (batch_.empty()) return;
  std::vector<std::pair<std::string, Version>> names;
  names.reserve(batch_.size());
  for (const RecordedCommit& commit : batch_) names.emplace_back(commit.aggregate_id, commit.first);
  batch_bytes_ = 0;
  const std::vector<AppendResult> results = target_.import->import_commits(std::exchange(batch_, {}));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto* const conflict = std::get_if<Conflict>(&results[i]);
    if (conflict == nullptr) continue;
    const auto& [aggregate_id, first] = names[i];
    fail(aggregate_id, first,
         "it cannot follow there: the target's last version is " + std::to_string(conflict->actual.value()) +
             (conflict->actual >= first ? ", so somebody else writes it meanwhile"
                                        : ", so versions between them are missing"));
  }
}

}  // namespace leftfold::inline v0::runtime
