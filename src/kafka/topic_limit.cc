// SPDX-License-Identifier: Apache-2.0
#include "kafka/topic_limit.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "kafka/client_config.h"
#include "kafka/failure.h"
#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {
namespace {

using ConfigResource = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

constexpr int kPatienceMs = 5'000;
constexpr int kSliceMs = 100;
constexpr std::string_view kLimit = "max.message.bytes";

TopicLimit unknown(std::string why) { return {std::nullopt, std::move(why)}; }

TopicLimit limit_in(const rd_kafka_ConfigResource_t* topic) {
  if (const auto error = rd_kafka_ConfigResource_error(topic); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unknown(text_of(error));
  }
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** const entries = rd_kafka_ConfigResource_configs(topic, &count);
  for (const rd_kafka_ConfigEntry_t* entry : std::span{entries, count}) {
    if (rd_kafka_ConfigEntry_name(entry) != kLimit) continue;
    const char* const text = rd_kafka_ConfigEntry_value(entry);
    const std::string_view value = text == nullptr ? std::string_view{} : std::string_view{text};
    std::size_t bytes = 0;
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    if (error != std::errc{} || rest != value.data() + value.size() || bytes == 0) {
      return unknown("the broker says \"" + std::string{value} + "\"");
    }
    return {bytes, {}};
  }
  return unknown("the broker does not say it");
}

TopicLimit limit_in(rd_kafka_event_t* event) {
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) return unknown(text_of(event));
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** const topics =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
  return count == 1 ? limit_in(topics[0]) : unknown("the broker says nothing about the topic");
}

class Asking {
 public:
  explicit Asking(const KafkaOptions& options)
      : options_{options}, client_{open(options)}, events_{rd_kafka_queue_get_main(client_.get())} {}

  TopicLimit ask() {
    const std::optional<std::int32_t> broker = any_broker();
    if (!broker) return unknown(why_);
    request(*broker);
    while (left_ > 0) {
      const Event event = next_event(kSliceMs);
      if (!why_.empty()) return unknown(why_);
      if (event == nullptr) left_ -= kSliceMs;
      else if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT) return limit_in(event.get());
    }
    return unknown(kNoAnswer);
  }

 private:
  static Client open(const KafkaOptions& options) {
    Conf conf = client_config(options, Purpose::admin, {});
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_ERROR);
    return make_client(options, Purpose::admin, std::move(conf));
  }

  // Every broker can tell, where librdkafka would wait for the controller.
  std::optional<std::int32_t> any_broker() {
    for (; left_ > 0; left_ -= kSliceMs) {
      const rd_kafka_metadata_t* answer = nullptr;
      const rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 0, nullptr, &answer, kSliceMs);
      const TopicMetadata metadata{answer};
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->broker_cnt > 0) return metadata->brokers[0].id;
      while (next_event(0) != nullptr) {
      }
      if (!why_.empty()) return std::nullopt;
    }
    why_ = kNoAnswer;
    return std::nullopt;
  }

  void request(std::int32_t broker) {
    std::array<char, 512> why{};
    const AdminOptions how{rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)};
    rd_kafka_AdminOptions_set_request_timeout(how.get(), kPatienceMs, why.data(), why.size());
    rd_kafka_AdminOptions_set_broker(how.get(), broker, why.data(), why.size());
    const ConfigResource topic{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options_.topic.c_str())};
    rd_kafka_ConfigResource_t* topics[] = {topic.get()};
    rd_kafka_DescribeConfigs(client_.get(), topics, 1, how.get(), events_.get());  // answers where errors come too
  }

  // Notes what librdkafka would try again for as long as it is asked to.
  Event next_event(int patience_ms) {
    Event event{rd_kafka_queue_poll(events_.get(), patience_ms)};
    if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) return event;
    const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code_of(event.get()) == Errc::permission_denied) {
      why_ = text_of(event.get());
    }
    return event;
  }

  static constexpr const char* kNoAnswer = "no broker answers within 5 s";
  const KafkaOptions& options_;
  const Client client_;
  const Queue events_;
  int left_ = kPatienceMs;
  std::string why_;
};

}  // namespace

TopicLimit read_topic_limit(const KafkaOptions& options) { return Asking{options}.ask(); }

}  // namespace leftfold::inline v0::kafka
