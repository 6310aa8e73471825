// SPDX-License-Identifier: Apache-2.0
// librdkafka's mock cluster: a Kafka inside the process, which breaks when it is told to.
#pragma once

#include <librdkafka/rdkafka.h>  // rdkafka_mock.h wants it first
//
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <string>
#include <vector>

#include <leftfold/kafka.h>

#include "kafka/handles.h"

namespace leftfold::test_support {

/// It does not recognise what is sent again after a cut connection, and it cannot create topics by the admin API.
/// Any thread. Must outlive its clients.
class MockKafka {
 public:
  explicit MockKafka(int brokers = 1);
  ~MockKafka();
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  /// Options for a topic of that many partitions, which it creates; 0: it does not create it.
  [[nodiscard]] KafkaOptions topic(const std::string& name, int partitions = 3);
  /// The answers to the next requests of a kind (its number in Kafka's protocol), one each.
  void answer_next(std::int16_t kind, std::vector<rd_kafka_resp_err_t> errors);
  /// Forgets the answers that nobody has asked for.
  void answer_as_usual(std::int16_t kind);
  /// What metadata says of a topic; it is created when there is none.
  void set_topic_error(const std::string& name, rd_kafka_resp_err_t error);
  /// All brokers: connections end and none is accepted; and back.
  void set_down();
  void set_up();
  /// How long all brokers take to answer.
  void set_round_trip(std::chrono::milliseconds time);

  static constexpr std::int16_t kProduce = 0;
  static constexpr std::int16_t kListOffsets = 2;
  static constexpr std::int16_t kMetadata = 3;
  static constexpr std::int16_t kOffsetCommit = 8;
  static constexpr std::int16_t kHeartbeat = 12;
  static constexpr std::int16_t kInitProducerId = 22;

 private:
  const int brokers_;
  const kafka::Client owner_;
  rd_kafka_mock_cluster_t* const cluster_;
};

}  // namespace leftfold::test_support
