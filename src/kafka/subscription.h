// SPDX-License-Identifier: Apache-2.0
// One subscription: a consumer of its own, in a group of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/kafka.h>

#include "kafka/assigned.h"
#include "kafka/fetch_ahead.h"
#include "kafka/handles.h"
#include "kafka/subscription_metrics.h"
#include "kafka/waker.h"

namespace leftfold::inline v0::kafka {

/// Reads records from a queue per partition, so that a partition can be left alone without pausing it: in librdkafka
/// 2.0.2 that costs the prefetched records and, used wrongly, repeats some. Checkpoints are stored at librdkafka, which
/// commits them each second, when partitions go and at the end; rd_kafka_commit() during a rebalance lost assignments.
/// Contract and threads as Subscription.
class KafkaSubscription final : public Subscription {
 public:
  KafkaSubscription(const KafkaOptions& options, std::int32_t partitions, SubscriptionOptions subscription);
  ~KafkaSubscription() override;

  [[nodiscard]] Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override { waker_.wake(); }
  void seek(std::int32_t partition, std::int64_t epoch, Position done) override;
  void hold(std::int32_t partition, std::int64_t epoch, bool on) override;
  [[nodiscard]] bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) override;
  void release(std::int32_t partition, std::int64_t epoch) override;

 private:
  // What the group wants, and how far the answer is.
  enum class Group {
    none,      // no assignment
    starting,  // it assigned partitions: where they start is to be found
    offered,   // reported
    reading,   // rd_kafka_assign() was called
    revoking,  // it wants them back: to be released
  };

  [[nodiscard]] bool local() const noexcept { return subscription_.kind == SubscriptionKind::local; }
  [[nodiscard]] Assigned* find(std::int32_t partition, std::int64_t epoch) noexcept;
  void look(std::size_t max, Taken& taken);
  void read(std::size_t max, Taken& taken);
  [[nodiscard]] bool read_from(Assigned& part, std::size_t max, Taken& taken);
  void record_error(const Assigned& part, const rd_kafka_message_t& message);

  // rebalance.cc
  void serve(Taken& taken);
  void rebalance(rd_kafka_event_t& event, Taken& taken);
  void note_commit(rd_kafka_resp_err_t error);
  void consumer_error(rd_kafka_event_t& event);
  void find_starts(Taken& taken);
  void offer(Assigned& part, Taken& taken);
  void begin_reading();
  void keep_starts() noexcept;
  void begin_again(Taken& taken);
  void seek_offered();
  void report_lost(Taken& taken);
  void unassign();
  [[nodiscard]] bool store(Assigned& part, Position done);
  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) const;

  const KafkaOptions& options_;
  const SubscriptionOptions subscription_;
  const std::string group_;
  const FetchAhead ahead_;
  SubscriptionMetrics metrics_;
  Waker waker_;
  Client client_;
  Queue events_;  // the group's
  Group state_ = Group::none;
  std::vector<std::int32_t> wanted_;  // while starting
  std::vector<Assigned> parts_;
  std::optional<Error> failure_;                                   // to be thrown by the next take()
  std::size_t first_ = 0;                                          // whose turn it is
  rd_kafka_resp_err_t commit_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // of the last commit
  bool again_ = false;                                             // one of them is to be reported anew
};

}  // namespace leftfold::inline v0::kafka
