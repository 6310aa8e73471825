// SPDX-License-Identifier: Apache-2.0
// Apache Kafka as the broker: one topic of events, read by groups of services and written by the Publisher.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_sink.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>

namespace leftfold::inline v0 {

/// Which brokers and which topic, and how they are asked. Plain value.
struct KafkaOptions {
  enum class Topic {
    create,      ///< creates the topic when it is missing and waits until it can be used
    must_exist,  ///< throws Error(not_found) when it is missing
  };

  std::string brokers = "localhost:9092";  ///< comma-separated HOST:PORT; the first that answers tells the others
  std::string topic = "GlobalEvents";
  Topic create = Topic::create;
  int partitions = 12;    ///< of a topic that is created; more later would move aggregates, so begin with enough
  int replication = -1;   ///< of a topic that is created; -1: the brokers' default
  std::string client_id;  ///< how brokers name this process in their logs; empty: "leftfold"
  std::string source;     ///< what events say where they come from (CloudEvents ce_source); empty: the topic's name
  std::chrono::milliseconds start_timeout{30'000};  ///< how long a broker is waited for at the start
  /// Any property of librdkafka (https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md), for both
  /// directions: security.protocol, sasl.mechanisms, ssl.ca.location, ... Not those on which a promise stands, such as
  /// enable.auto.offset.store: they are refused.
  std::map<std::string, std::string> properties;

  Clock* clock = &system_clock();    ///< must outlive the broker
  Logger* log = &no_log();           ///< must outlive the broker
  Metrics* metrics = &no_metrics();  ///< must outlive the broker

  /// By KAFKA_BROKERS, KAFKA_EVENTS_TOPIC, KAFKA_CLIENT_ID, KAFKA_AUTO_CREATE_TOPICS (true or false), and ours:
  /// LEFTFOLD_KAFKA_PARTITIONS, LEFTFOLD_KAFKA_REPLICATION, and LEFTFOLD_KAFKA__SECURITY_PROTOCOL for the property
  /// security.protocol, likewise for any other. An empty variable counts as one that is not set.
  /// Throws Error(invalid_config) that names the variable and its value.
  [[nodiscard]] static KafkaOptions from(const std::map<std::string, std::string>& environment);
};

/// The consumer group of a subscription: its name, but with "_" before the handler for a gated one, as the Node library
/// names the groups of its projectors ("example-group_HotProducts"). Empty for SubscriptionKind::local, which has none.
[[nodiscard]] std::string kafka_group_of(const SubscriptionOptions& options);

/// One topic. A partition of the topic is a partition of the feed; the position of a record is its offset + 1. Each
/// subscription is a consumer of its own in a group of its own, so a handler that fails holds up no other.
/// Records are in the format of docs/format/kafka.md, which holds the Node library's; one that cannot be read comes as
/// an event of type kUnreadable.
/// Any thread. Must outlive its subscriptions and sinks.
class KafkaBroker final : public EventFeed {
 public:
  /// Asks for the topic, creates it as `options.create` says, and waits until all its partitions have a leader.
  /// Throws Error(invalid_config) naming the property, not_found, permission_denied; unavailable when no broker
  /// answers within `options.start_timeout`.
  explicit KafkaBroker(KafkaOptions options);
  ~KafkaBroker() override;

  /// True: producers repeat after a doubt, and other programs write to the topic too.
  [[nodiscard]] bool may_repeat() const noexcept override { return true; }
  /// Does not wait for the group: take() does. take(), checkpoint() and release() also throw Error(permission_denied),
  /// and corrupt when a checkpoint lies outside of what the topic holds, so that events would be missed.
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override;
  /// As they were when it was opened.
  [[nodiscard]] std::int32_t partitions() const noexcept override;
  [[nodiscard]] Position head(std::int32_t partition) override;
  /// As event_feed.h says; 0 too when the group has none.
  [[nodiscard]] Position checkpoint(std::string_view subscription) override;
  [[nodiscard]] std::vector<Progress> progress(std::string_view subscription) override;

  /// The writing side: an idempotent producer. Throws Error(invalid_config).
  [[nodiscard]] std::unique_ptr<EventSink> open_sink();

  [[nodiscard]] const KafkaOptions& options() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
