// SPDX-License-Identifier: Apache-2.0
// Store and broker in memory: for tests, for trying things out, and as the lesson in writing an adapter.
#pragma once

#include <memory>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_import.h>
#include <leftfold/event_store.h>

namespace leftfold::inline v0 {

namespace detail {
class MemoryLog;
}

/// Keeps every promise of EventStore and EventFeed except durability: what it holds ends with it.
/// Any thread. Must outlive its subscriptions.
class MemoryStore final : public EventStore, public EventFeed, public EventImport {
 public:
  explicit MemoryStore(Clock& clock = system_clock());
  ~MemoryStore() override;

  [[nodiscard]] AppendResult append(const AppendRequest& request) override;
  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override;
  [[nodiscard]] EventPage read_all(Position after, std::size_t max) override;
  [[nodiscard]] Position head() override;
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id,
                                                    std::string_view idempotency_key) override;
  [[nodiscard]] bool is_in_time_order() override;
  [[nodiscard]] std::vector<AppendResult> import_commits(std::vector<RecordedCommit> commits) override;

  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override;
  [[nodiscard]] Position head(std::int32_t partition) override;
  [[nodiscard]] Position checkpoint(std::string_view subscription) override;

 private:
  std::shared_ptr<detail::MemoryLog> log_;
};

}  // namespace leftfold::inline v0
