// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "kafka/client_config.h"
#include "kafka/failure.h"

namespace leftfold::inline v0::kafka {
namespace {

// A batch, without its records (Kafka protocol, RecordBatch).
constexpr std::size_t kBatchFrame = 61;
constexpr std::size_t kLeastProperty = 1'000;      // of message.max.bytes, as librdkafka takes it
constexpr std::size_t kMostUnasked = 100'000'000;  // brokers take no larger requests (socket.request.max.bytes)

std::size_t number_in(const Conf& conf, const char* name) {
  std::array<char, 64> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf.get(), name, text.data(), &size) != RD_KAFKA_CONF_OK) {
    throw Error{Errc::internal, std::string{"librdkafka does not know its property "} + name};
  }
  return std::stoull(text.data());
}

// What the user says counts if it is less than what the topic takes.
Conf conf_for(const KafkaOptions& options, std::optional<std::size_t> topic_bytes) {
  Conf conf = client_config(options, Purpose::producer, {});
  if (topic_bytes) {
    const bool chosen = options.properties.contains("message.max.bytes");
    const std::size_t most = std::min(*topic_bytes, chosen ? number_in(conf, "message.max.bytes") : kMostUnasked);
    const std::size_t batch = std::min(*topic_bytes, number_in(conf, "batch.size"));
    conf = client_config(
        options, Purpose::producer, {},
        {{"message.max.bytes", std::to_string(std::max(most, kLeastProperty))}, {"batch.size", std::to_string(batch)}});
  }
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  return conf;
}

std::size_t most_bytes_of(const Conf& conf, std::optional<std::size_t> topic_bytes) {
  const std::size_t most = number_in(conf, "message.max.bytes");
  if (!topic_bytes) return most;
  return std::min(most, *topic_bytes - std::min(*topic_bytes, kBatchFrame));
}

rd_kafka_vu_t part(rd_kafka_vtype_t type) {
  rd_kafka_vu_t value{};
  value.vtype = type;
  return value;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, std::string_view text) {
  rd_kafka_vu_t value = part(type);
  value.u.mem.ptr = const_cast<char*>(text.data());  // NOLINT(*-const-cast): it is copied
  value.u.mem.size = text.size();
  return value;
}

}  // namespace

Producer::Producer(const KafkaOptions& options, Waker& waker, std::optional<std::size_t> topic_bytes)
    : Producer{options, waker, conf_for(options, topic_bytes), topic_bytes} {}

Producer::Producer(const KafkaOptions& options, Waker& waker, Conf conf, std::optional<std::size_t> topic_bytes)
    : most_bytes_{most_bytes_of(conf, topic_bytes)},
      room_{number_in(conf, "queue.buffering.max.messages")},
      client_{make_client(options, Purpose::producer, std::move(conf))},
      topic_{[&] {
        rd_kafka_topic_conf_t* const topic = rd_kafka_default_topic_conf_dup(client_.get());
        rd_kafka_topic_conf_set_partitioner_cb(topic, choose_partition);
        rd_kafka_topic_conf_set_opaque(topic, &partitions_);
        return rd_kafka_topic_new(client_.get(), options.topic.c_str(), topic);  // takes it
      }()},
      events_{rd_kafka_queue_get_main(client_.get())} {
  if (topic_ == nullptr) {
    throw Error{Errc::invalid_config,
                "Kafka topic \"" + options.topic + "\" cannot be used: " + text_of(rd_kafka_last_error())};
  }
  waker.watch(events_.get());
}

// What "murmur2_random" does with a key. Any thread of librdkafka, or the one that sends.
std::int32_t Producer::choose_partition(const rd_kafka_topic_t* topic, const void* key, std::size_t size,
                                        std::int32_t partitions, void* count, void* ticket) noexcept {
  static_cast<std::atomic<std::int32_t>*>(count)->store(partitions, std::memory_order_relaxed);
  return rd_kafka_msg_partitioner_murmur2(topic, key, size, partitions, count, ticket);
}

Producer::~Producer() { Waker::ignore(events_.get()); }

std::optional<Producer::Failure> Producer::send(std::string_view key, Record& record, std::uint64_t ticket) {
  rd_kafka_vu_t topic = part(RD_KAFKA_VTYPE_RKT);
  topic.u.rkt = topic_.get();
  rd_kafka_vu_t flags = part(RD_KAFKA_VTYPE_MSGFLAGS);
  flags.u.i = RD_KAFKA_MSG_F_COPY;
  rd_kafka_vu_t opaque = part(RD_KAFKA_VTYPE_OPAQUE);
  opaque.u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(ticket));  // NOLINT(performance-no-int-to-ptr)
  rd_kafka_vu_t headers = part(RD_KAFKA_VTYPE_HEADERS);
  headers.u.headers = record.headers.get();
  const std::array parts{
      topic, flags, bytes(RD_KAFKA_VTYPE_KEY, key), bytes(RD_KAFKA_VTYPE_VALUE, record.value), opaque, headers,
  };
  const std::size_t count = record.headers == nullptr ? parts.size() - 1 : parts.size();
  const KafkaError error{rd_kafka_produceva(client_.get(), parts.data(), count)};
  if (error != nullptr) return Failure{rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get())};
  [[maybe_unused]] const auto* const taken = record.headers.release();  // the message's now
  return std::nullopt;
}

Event Producer::next(std::chrono::milliseconds patience) {
  return Event{rd_kafka_queue_poll(events_.get(), static_cast<int>(patience.count()))};
}

std::optional<Producer::Failure> Producer::fatal() const {
  std::array<char, 512> why{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client_.get(), why.data(), why.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return Failure{code, text_of(code) + ": " + why.data()};
}

void Producer::hurry(std::chrono::milliseconds patience) {
  static_cast<void>(rd_kafka_flush(client_.get(), static_cast<int>(patience.count())));  // next() tells what is left
}

void Producer::give_up() {
  static_cast<void>(rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT));
}

}  // namespace leftfold::inline v0::kafka
