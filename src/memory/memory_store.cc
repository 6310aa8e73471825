// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <leftfold/memory.h>

#include "memory/memory_log.h"
#include "memory/memory_subscription.h"

namespace leftfold::inline v0 {

MemoryStore::MemoryStore(Clock& clock) : log_{std::make_shared<detail::MemoryLog>(clock)} {}
MemoryStore::~MemoryStore() = default;

AppendResult MemoryStore::append(const AppendRequest& request) { return log_->append(request); }

EventPage MemoryStore::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  return log_->read_stream(aggregate_id, from, max);
}

EventPage MemoryStore::read_all(Position after, std::size_t max) { return log_->read_all(after, max); }

Position MemoryStore::head() { return log_->head(); }

std::optional<Appended> MemoryStore::find_append(std::string_view aggregate_id, std::string_view idempotency_key) {
  return log_->find_append(aggregate_id, idempotency_key);
}

bool MemoryStore::is_in_time_order() { return log_->is_in_time_order(); }

std::vector<AppendResult> MemoryStore::import_commits(std::vector<RecordedCommit> commits) {
  std::vector<std::pair<AppendRequest, Timestamp>> requests;  // all are checked before the first is stored
  for (RecordedCommit& commit : commits) {
    const Timestamp recorded_at = commit.committed_at;
    requests.emplace_back(request_of(std::move(commit)), recorded_at);
  }
  std::vector<AppendResult> results;
  for (const auto& [request, recorded_at] : requests) results.push_back(log_->append(request, recorded_at));
  return results;
}

std::unique_ptr<Subscription> MemoryStore::subscribe(const SubscriptionOptions& options) {
  return std::make_unique<detail::MemorySubscription>(log_, options);
}

// The store's order is the order of its one partition, number 0.
Position MemoryStore::head(std::int32_t partition) { return partition == 0 ? head() : Position::start(); }
Position MemoryStore::checkpoint(std::string_view subscription) { return log_->checkpoint(subscription); }

}  // namespace leftfold::inline v0
