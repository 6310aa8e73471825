// SPDX-License-Identifier: Apache-2.0
// Publishes steps.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include <leftfold/json.h>
#include <leftfold/kafka.h>

#include "kafka/invariants.h"
#include "kafka/steps.h"

namespace leftfold::test_kafka {

/// Gives each step the next version of its account. One thread.
class StepSink {
 public:
  explicit StepSink(const KafkaOptions& options) : broker_{options}, sink_{broker_.open_sink()} {}

  void send(const std::string& account, const Step& step) {
    const std::string payload = to_json(step);
    RecordedEvent event;
    event.aggregate_id = account;
    event.type = event_name<Step>();
    event.version = Version{next_[account]};
    event.committed_at = system_clock().now();
    event.id = Uuid::v7(event.committed_at);
    event.commit_id = event.id;
    event.payload = payload;
    while (sink_->send(event) == 0) take_receipts();
    static_cast<void>(sent_otherwise(account));
  }

  /// Notes the next version of an account as published by somebody else, and returns it.
  std::int64_t sent_otherwise(const std::string& account) {
    const std::int64_t version = next_[account]++;
    sent_.insert({account, version});
    return version;
  }
  [[nodiscard]] std::int64_t next_version(const std::string& account) const {
    const auto at = next_.find(account);
    return at == next_.end() ? 0 : at->second;
  }

  /// Waits until the broker has everything. Throws std::runtime_error when it does not take something.
  void settle() {
    while (sink_->on_the_way() > 0) take_receipts();
  }

  [[nodiscard]] const std::set<VersionOf>& sent() const { return sent_; }

 private:
  void take_receipts() {
    for (const SinkReceipt& receipt : sink_->receipts({}, kNever)) {
      if (!receipt.acknowledged) throw std::runtime_error{"a step was not published: " + receipt.why};
    }
  }

  KafkaBroker broker_;
  std::unique_ptr<EventSink> sink_;
  std::map<std::string, std::int64_t> next_;
  std::set<VersionOf> sent_;
};

}  // namespace leftfold::test_kafka
