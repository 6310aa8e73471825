// SPDX-License-Identifier: Apache-2.0
#include "kafka/topic.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <string>

#include <leftfold/error.h>

#include "kafka/certificate_log.h"
#include "kafka/client_config.h"
#include "kafka/failure.h"

namespace leftfold::inline v0::kafka {
namespace {

using std::chrono::milliseconds;

// No call waits longer: how long to go on is counted on the options' clock, which librdkafka does not know.
constexpr milliseconds kOneCall{1'000};
constexpr milliseconds kBetweenQuestions{100};
constexpr milliseconds kCreation{10'000};

class Asking {
 public:
  explicit Asking(const KafkaOptions& options)
      : options_{options},
        give_up_at_{options.clock->instant() + options.start_timeout},
        log_{*options.log},
        heard_options_{options_heard_by(log_, options)},
        client_{open(heard_options_)},
        events_{rd_kafka_queue_get_main(client_.get())},
        topic_{rd_kafka_topic_new(client_.get(), options.topic.c_str(), nullptr)} {
    if (topic_ == nullptr) fail(Errc::internal, text_of(rd_kafka_last_error()));
  }

  std::int32_t until_ready() {
    for (;;) {
      if (const std::optional<std::int32_t> partitions = ask()) return *partitions;
      look_at_events();
      if (options_.clock->instant() >= give_up_at_) {
        fail_with_certificates(1);
        fail(Errc::unavailable,
             "not ready within " + std::to_string(options_.start_timeout.count()) + " ms: " + what_hinders());
      }
    }
  }

 private:
  static KafkaOptions options_heard_by(Logger& log, KafkaOptions options) {
    options.log = &log;
    return options;
  }

  static Client open(const KafkaOptions& options) {
    // A port that speaks something else just closes the connection.
    Conf conf = client_config(options, Purpose::admin, {}, {{"log.connection.close", "true"}});
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_ERROR);
    return make_client(options, Purpose::admin, std::move(conf));
  }

  // The number of partitions when all have a leader; creates the topic when it is missing.
  std::optional<std::int32_t> ask() {
    const rd_kafka_metadata_t* answer = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 0, topic_.get(), &answer, one_call(kOneCall));
    const TopicMetadata metadata{answer};
    answered_ = error == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!answered_) return not_yet(error, "no broker answers");
    if (metadata->topic_cnt != 1) return not_yet(error, "the broker says nothing about the topic");
    const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
    if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
      if (options_.create == KafkaOptions::Topic::must_exist) {
        fail(Errc::not_found, "it does not exist; create it, or let leftfold do so with KAFKA_AUTO_CREATE_TOPICS=true");
      }
      create();
      return std::nullopt;
    }
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) return not_yet(topic.err, "the broker does not describe the topic");
    const std::span partitions{topic.partitions, static_cast<std::size_t>(topic.partition_cnt)};
    const auto leaderless = [](const rd_kafka_metadata_partition_t& partition) { return partition.leader < 0; };
    if (partitions.empty() || std::any_of(partitions.begin(), partitions.end(), leaderless)) {
      return not_yet(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, "a partition has no leader");
    }
    return topic.partition_cnt;
  }

  void create() {
    last_ = "it is missing, and the brokers have not created it yet";
    std::array<char, 512> why{};
    const NewTopic topic{rd_kafka_NewTopic_new(options_.topic.c_str(), options_.partitions, options_.replication,
                                               why.data(), why.size())};
    if (topic == nullptr) fail(Errc::invalid_config, std::string{"it cannot be created: "} + why.data());
    const AdminOptions how{rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS)};
    rd_kafka_AdminOptions_set_request_timeout(how.get(), std::max(one_call(kCreation), 1), why.data(), why.size());
    const Queue results{rd_kafka_queue_new(client_.get())};
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    rd_kafka_CreateTopics(client_.get(), topics, 1, how.get(), results.get());
    Event result;
    while (result == nullptr && options_.clock->instant() < give_up_at_) {
      result.reset(rd_kafka_queue_poll(results.get(), one_call(kOneCall)));
    }
    if (result != nullptr) look_at_result(result.get());
  }

  void look_at_result(rd_kafka_event_t* event) {
    if (const auto error = rd_kafka_event_error(event); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      not_yet(error, "it cannot be created");
      return;
    }
    std::size_t count = 0;
    const rd_kafka_topic_result_t** const results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    if (count != 1) return;
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
    // Another process may have been first.
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return;
    const char* const more = rd_kafka_topic_result_error_string(results[0]);
    const std::string text = "it cannot be created with " + std::to_string(options_.partitions) +
                             " partitions and replication " + std::to_string(options_.replication) + ": " +
                             (more == nullptr ? "" : more);
    switch (error) {
      case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
      case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      case RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT:
      case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
      case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
      case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
      case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        fail(Errc::invalid_config, text + "; see LEFTFOLD_KAFKA_PARTITIONS and LEFTFOLD_KAFKA_REPLICATION");
      default: not_yet(error, text);
    }
  }

  // Also what clients only say beside their answers, such as that they may not log in.
  void look_at_events() {
    for (milliseconds patience = kBetweenQuestions;; patience = {}) {
      const Event event{rd_kafka_queue_poll(events_.get(), one_call(patience))};
      if (event == nullptr) break;
      if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
      if (code_of(event.get()) == Errc::permission_denied) deny(text_of(event.get()));
      const bool says_why = rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
      (says_why ? last_ : last_vague_) = text_of(event.get());
    }
    // It stays as it is, unless another one of the brokers answers.
    fail_with_certificates(static_cast<std::size_t>(std::count(options_.brokers.begin(), options_.brokers.end(), ',')) +
                           1);
  }

  // When no broker answers and the certificates of so many are not accepted.
  void fail_with_certificates(std::size_t least) const {
    const std::set<std::string> refused = log_.refused();
    if (!answered_ && refused.size() >= least) fail(Errc::invalid_config, *refused.begin());
  }

  // Keeps what hinders for the error at the end; throws for what will not change by waiting.
  std::nullopt_t not_yet(rd_kafka_resp_err_t error, const std::string& what) {
    const std::string text = error == RD_KAFKA_RESP_ERR_NO_ERROR ? what : what + ": " + text_of(error);
    if (code_of(error) == Errc::permission_denied) deny(text);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) fail(Errc::invalid_config, text + "; see KAFKA_EVENTS_TOPIC");
    // A broker's own connection tells more than that there is no answer.
    const bool says_why = error != RD_KAFKA_RESP_ERR__TRANSPORT && error != RD_KAFKA_RESP_ERR__TIMED_OUT;
    (says_why ? last_ : last_vague_) = text;
    return std::nullopt;
  }

  [[nodiscard]] std::string what_hinders() const {
    const std::string& text = last_.empty() ? last_vague_ : last_;
    return text + (is_other_protocol(text) ? "; check security.protocol and the port in KAFKA_BROKERS: they seem to "
                                             "speak different protocols, such "
                                             "as TLS and none"
                                           : "; check KAFKA_BROKERS and whether the brokers run");
  }

  [[noreturn]] void deny(const std::string& text) const {
    fail(Errc::permission_denied,
         text +
             "; check the credentials (sasl.username, sasl.password, ssl.certificate.location) "
             "and that they may describe, create and write it");
  }
  [[noreturn]] void fail(Errc code, const std::string& text) const {
    throw Error{code, "Kafka topic \"" + options_.topic + "\" at " + options_.brokers + ": " + text};
  }

  [[nodiscard]] int one_call(milliseconds longest) const {
    const auto left = std::chrono::ceil<milliseconds>(give_up_at_ - options_.clock->instant());
    return static_cast<int>(std::clamp(left, milliseconds::zero(), longest).count());
  }

  const KafkaOptions& options_;
  const Instant give_up_at_;
  CertificateLog log_;
  const KafkaOptions heard_options_;  // with that log
  const Client client_;
  const Queue events_;
  const TopicHandle topic_;
  std::string last_;
  std::string last_vague_;  // counts when nothing said more
  bool answered_ = false;   // a broker, the last time
};

}  // namespace

std::int32_t ready_topic(const KafkaOptions& options) { return Asking{options}.until_ready(); }

}  // namespace leftfold::inline v0::kafka
