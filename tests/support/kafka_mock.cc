// SPDX-License-Identifier: Apache-2.0
#include "support/kafka_mock.h"

#include <stdexcept>

namespace leftfold::test_support {
namespace {

kafka::Client make_owner() {
  kafka::Conf conf{rd_kafka_conf_new()};
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  kafka::Client client{rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), nullptr, 0)};
  if (client == nullptr) throw std::runtime_error{"no client for the mock cluster"};
  [[maybe_unused]] const auto* const taken = conf.release();  // the client's now
  return client;
}

void must(rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_err2str(error)};
}

}  // namespace

MockKafka::MockKafka(int brokers)
    : brokers_{brokers}, owner_{make_owner()}, cluster_{rd_kafka_mock_cluster_new(owner_.get(), brokers)} {
  if (cluster_ == nullptr) throw std::runtime_error{"no mock cluster"};
}

MockKafka::~MockKafka() { rd_kafka_mock_cluster_destroy(cluster_); }

KafkaOptions MockKafka::topic(const std::string& name, int partitions) {
  if (partitions > 0) must(rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, brokers_));
  KafkaOptions options;
  options.brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
  options.topic = name;
  return options;
}

void MockKafka::answer_next(std::int16_t kind, std::vector<rd_kafka_resp_err_t> errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, kind, errors.size(), errors.data());
}

void MockKafka::answer_as_usual(std::int16_t kind) { rd_kafka_mock_clear_request_errors(cluster_, kind); }

void MockKafka::set_topic_error(const std::string& name, rd_kafka_resp_err_t error) {
  rd_kafka_mock_topic_set_error(cluster_, name.c_str(), error);
}

void MockKafka::set_down() {
  for (int broker = 1; broker <= brokers_; ++broker) must(rd_kafka_mock_broker_set_down(cluster_, broker));
}

void MockKafka::set_up() {
  for (int broker = 1; broker <= brokers_; ++broker) must(rd_kafka_mock_broker_set_up(cluster_, broker));
}

void MockKafka::set_round_trip(std::chrono::milliseconds time) {
  for (int broker = 1; broker <= brokers_; ++broker) {
    must(rd_kafka_mock_broker_set_rtt(cluster_, broker, static_cast<int>(time.count())));
  }
}

}  // namespace leftfold::test_support
