// SPDX-License-Identifier: Apache-2.0
// Appends events of one aggregate.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/event_store.h>

#include "dynamodb/append_marker.h"
#include "dynamodb/requests.h"
#include "dynamodb/stream_reader.h"

namespace leftfold::inline v0::dynamodb {

/// One command's writes, checked and ready to be sent any number of times.
struct Commit;

/// Any thread. The table's client must outlive it.
class Appender {
 public:
  Appender(EventTable events, std::string second_table);

  /// As EventStore::append. `recorded_at`: the time of a commit that another store recorded.
  [[nodiscard]] AppendResult append(const AppendRequest& request, std::optional<Timestamp> recorded_at = {});
  /// As EventStore::find_append, with the commit it was.
  [[nodiscard]] std::optional<AppendMarker> find(std::string_view aggregate_id, std::string_view idempotency_key);

 private:
  [[nodiscard]] Commit prepare(const AppendRequest& request, std::optional<Timestamp> recorded_at);
  void add_writes(Commit& commit, std::vector<Item> items) const;
  [[nodiscard]] Timestamp commit_time();
  [[nodiscard]] bool expected_may_hold(const AppendRequest& request);
  [[nodiscard]] std::optional<AppendResult> send_or_settle(const Commit& commit);
  [[nodiscard]] std::optional<AppendResult> send(const Commit& commit);
  [[nodiscard]] std::optional<AppendResult> send_alone(const Commit& commit);
  [[nodiscard]] std::optional<AppendResult> send_together(const Commit& commit);
  [[nodiscard]] AppendResult settle(const Commit& commit, const Error& doubt);
  [[nodiscard]] std::optional<AppendResult> stored_before(const Commit& commit);
  [[nodiscard]] AppendResult outcome_of_refusal(const Commit& commit);
  [[nodiscard]] AppendResult judged(const Commit& commit, const AppendMarker& marker) const;
  [[nodiscard]] std::optional<AppendResult> judged(const Commit& commit, const ItemHead& in_the_way) const;
  [[nodiscard]] Conflict conflict(std::string_view aggregate_id);

  EventTable events_;
  StreamReader reader_;
  const std::string second_table_;
  std::atomic<std::int64_t> last_commit_ms_;
};

}  // namespace leftfold::inline v0::dynamodb
