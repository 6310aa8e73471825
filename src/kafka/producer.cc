#include "kafka/producer.h"

#include <array>

#include <leftfold/error.h>

#include "kafka/client_config.h"
#include "kafka/failure.h"

namespace leftfold::kafka {
namespace {

Client open(const KafkaOptions& options) {
  Conf conf = client_config(options, Purpose::producer, {});
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  return make_client(options, Purpose::producer, std::move(conf));
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

Producer::Producer(const KafkaOptions& options, Waker& waker)
    : client_{open(options)},
      topic_{rd_kafka_topic_new(client_.get(), options.topic.c_str(), nullptr)},
      events_{rd_kafka_queue_get_main(client_.get())} {
  if (topic_ == nullptr) {
    throw Error{Errc::invalid_config,
                "Kafka topic \"" + options.topic + "\" cannot be used: " + text_of(rd_kafka_last_error())};
  }
  waker.watch(events_.get());
}

Producer::~Producer() { Waker::ignore(events_.get()); }

std::optional<Producer::Failure> Producer::send(std::string_view key, Record record, std::uint64_t ticket) {
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

std::string Producer::most_bytes() const {
  std::array<char, 64> value{};
  std::size_t size = value.size();
  if (rd_kafka_conf_get(rd_kafka_conf(client_.get()), "message.max.bytes", value.data(), &size) != RD_KAFKA_CONF_OK) {
    return "message.max.bytes";
  }
  return value.data();
}

}  // namespace leftfold::kafka
