// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <leftfold/error.h>

#include "kafka/certificate_check.h"
#include "kafka/options.h"

namespace leftfold::inline v0::kafka {
namespace {

// Reconnecting waits at most 2 s: with the default of 10 s, 3 s without brokers took 11 s to recover from. Keepalive
// and no delay are defaults from 2.10 on.
constexpr std::pair<const char*, const char*> kOfAll[] = {
    {"reconnect.backoff.ms", "100"},
    {"reconnect.backoff.max.ms", "2000"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
    {"allow.auto.create.topics", "false"},  // created with chosen partitions, or not
                                            // at all
    {"log.connection.close", "false"},      // idle connections end; that is no news
};

// No gaps (the promise of EventSink), with openings.h:
// - enable.gapless.guarantee: a batch that the broker refuses ends the producer, where it would else go on behind it.
// - message.timeout.ms=0: the guarantee does not cover events that time out (librdkafka's INTRODUCTION.md). How long an
//   outage may last is the caller's to say.
// murmur2_random puts an aggregate where Java and JavaScript clients put it, and may never change.
constexpr std::pair<const char*, const char*> kOfProducer[] = {
    {"enable.idempotence", "true"},
    {"linger.ms", "5"},
    {"batch.size", "1000000"},
    {"compression.type", "lz4"},
    {"partitioner", "murmur2_random"},
    {"message.timeout.ms", "0"},
    {"enable.gapless.guarantee", "true"},
    {"delivery.report.only.error", "false"},
    {"queue.buffering.max.messages", "100000"},
};

// Offsets are stored by us and committed by librdkafka's timer, on revocation and on close: committing by hand during a
// rebalance lost assignments. "range": the cooperative assignors of 2.0.2 have known faults.
constexpr std::pair<const char*, const char*> kOfConsumer[] = {
    {"enable.auto.commit", "true"},
    {"enable.auto.offset.store", "false"},
    {"auto.commit.interval.ms", "1000"},
    {"auto.offset.reset", "error"},  // where to begin is decided by us, and what is missing is said
    {"partition.assignment.strategy", "range"},
    {"isolation.level", "read_committed"},
    {"check.crcs", "true"},
    {"enable.partition.eof", "false"},
    {"fetch.wait.max.ms", "100"},
    {"fetch.error.backoff.ms", "100"},
    {"queued.min.messages", "100000"},
    // The end waits for the answer to its last commit (closing.h). When a network swallows it, that is for as long as
    // this: with librdkafka's minute a process would not end within the 30 s that its manager gives it.
    {"socket.timeout.ms", "20000"},
};

/// Properties on which a promise stands, and why they are refused.
struct Refused {
  std::string_view name;
  std::string_view why;
};
constexpr std::array kRefused{
    Refused{"bootstrap.servers", "use KafkaOptions::brokers (KAFKA_BROKERS)"},
    Refused{"metadata.broker.list", "use KafkaOptions::brokers (KAFKA_BROKERS)"},
    Refused{"client.id", "use KafkaOptions::client_id (KAFKA_CLIENT_ID)"},
    Refused{"group.id", "it follows from the names of group and handler (KAFKA_GROUP_ID)"},
    Refused{"enable.auto.commit", "events that are not handled yet would count as done, or done ones never"},
    Refused{"enable.auto.offset.store", "events that are not handled yet would count as done"},
    Refused{"auto.offset.reset", "use the start of the subscription (KAFKA_OFFSET_RESET)"},
    Refused{"enable.idempotence", "without it events are stored twice and out of order"},
    Refused{"acks", "an event that one broker alone has is not durable"},
    Refused{"request.required.acks", "an event that one broker alone has is not durable"},
    Refused{"partitioner", "events of an aggregate would go to another partition than before"},
    Refused{"delivery.report.only.error", "every event needs its receipt"},
    Refused{"enable.gapless.guarantee", "events of an aggregate would be in the topic without those before them"},
    Refused{"message.timeout.ms", "an event that is given up leaves a gap; close() of the sink ends the waiting"},
    Refused{"delivery.timeout.ms", "an event that is given up leaves a gap; close() of the sink ends the waiting"},
    Refused{"message.send.max.retries", "an event that is given up leaves a gap"},
    Refused{"retries", "an event that is given up leaves a gap"},
    Refused{"queuing.strategy", "events would leave in another order"},
    Refused{"transactional.id", "events are not sent in transactions"},
    Refused{"enable.partition.eof", "it is part of how partitions are read"},
    Refused{"allow.auto.create.topics", "use KafkaOptions::create (KAFKA_AUTO_CREATE_TOPICS)"},
    Refused{"plugin.library.paths", "libraries are not loaded by configuration"},
};

[[noreturn]] void refuse(const std::string& name, const std::string& value, std::string_view why) {
  throw Error{Errc::invalid_config, "Kafka property " + name + "=\"" + value + "\": " + std::string{why}};
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK) return;
  refuse(name, value, why.data());
}

LogLevel level_of(int syslog) {
  if (syslog <= 3) return LogLevel::error;
  if (syslog == 4) return LogLevel::warn;
  return syslog <= 6 ? LogLevel::info : LogLevel::debug;
}

// Any thread of librdkafka.
void log_line(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  const auto* options = static_cast<const KafkaOptions*>(rd_kafka_opaque(client));
  if (options == nullptr) return;
  // librdkafka warns at each start that this property, which we set and test, is experimental.
  if (std::string_view{text}.find("enable.gapless.guarantee is experimental") != std::string_view::npos) return;
  if (facility == std::string_view{"SSLCERTVRFY"}) return;  // certificate_check.h says more
  options->log->log(level_of(level), "kafka", text, {{"facility", facility}});
}

// For one side only: the other would warn of it.
bool is_for(Purpose purpose, const std::string& name) {
  static constexpr std::array kProducerOnly{"linger.ms",
                                            "batch.",
                                            "compression.",
                                            "queue.buffering.",
                                            "message.timeout.ms",
                                            "delivery.timeout.ms",
                                            "message.send.max.retries",
                                            "retries",
                                            "sticky.partitioning."};
  static constexpr std::array kConsumerOnly{"fetch.",
                                            "queued.",
                                            "session.timeout.ms",
                                            "heartbeat.interval.ms",
                                            "max.poll.interval.ms",
                                            "auto.commit.",
                                            "group.",
                                            "isolation.level",
                                            "check.crcs",
                                            "partition.assignment."};
  const auto begins = [&name](const char* prefix) { return name.starts_with(prefix); };
  if (purpose != Purpose::producer && std::any_of(kProducerOnly.begin(), kProducerOnly.end(), begins)) return false;
  return purpose == Purpose::consumer || std::none_of(kConsumerOnly.begin(), kConsumerOnly.end(), begins);
}

}  // namespace

Conf client_config(const KafkaOptions& options, Purpose purpose, const std::string& group, const Properties& own) {
  Conf conf{rd_kafka_conf_new()};
  set(conf.get(), "bootstrap.servers", options.brokers);
  set(conf.get(), "client.id", options.client_id.empty() ? "leftfold" : options.client_id);
  for (const auto& [name, value] : kOfAll) set(conf.get(), name, value);
  if (purpose == Purpose::producer) {
    for (const auto& [name, value] : kOfProducer) set(conf.get(), name, value);
  } else if (purpose == Purpose::consumer) {
    for (const auto& [name, value] : kOfConsumer) set(conf.get(), name, value);
    if (!group.empty()) set(conf.get(), "group.id", group);
  }
  for (const auto& [name, value] : options.properties) {
    if (is_for(purpose, name)) set(conf.get(), name, value);
  }
  for (const auto& [name, value] : own) set(conf.get(), name, value);
  rd_kafka_conf_set_log_cb(conf.get(), log_line);
  // Who turned verification off wants to hear nothing of it.
  const auto verifies = options.properties.find("enable.ssl.certificate.verification");
  if (verifies == options.properties.end() || verifies->second == "true") tell_refused_certificates(conf.get());
  // Only read through it: options outlive every client.
  rd_kafka_conf_set_opaque(conf.get(), const_cast<KafkaOptions*>(&options));  // NOLINT(*-const-cast)
  return conf;
}

Client make_client(const KafkaOptions& options, Purpose purpose, Conf conf) {
  std::array<char, 512> why{};
  const auto type = purpose == Purpose::consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
  Client client{rd_kafka_new(type, conf.get(), why.data(), why.size())};
  if (!client) {
    throw Error{Errc::invalid_config, "Kafka client for " + options.brokers + " cannot be made: " + why.data() +
                                          "; check KAFKA_BROKERS and the properties"};
  }
  static_cast<void>(conf.release());  // the client's now
  return client;
}

void check_properties(const KafkaOptions& options) {
  for (const auto& [name, value] : options.properties) {
    const auto refused =
        std::find_if(kRefused.begin(), kRefused.end(), [&](const Refused& r) { return r.name == name; });
    if (refused != kRefused.end()) refuse(name, value, refused->why);
  }
  for (const Purpose purpose : {Purpose::producer, Purpose::consumer}) {
    static_cast<void>(client_config(options, purpose, {}));
  }
}

}  // namespace leftfold::inline v0::kafka
