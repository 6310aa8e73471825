// SPDX-License-Identifier: Apache-2.0
#include "support/kafka_records.h"

#include <cstdint>
#include <stdexcept>
#include <string>

#include "kafka/client_config.h"
#include "kafka/handles.h"
#include "kafka/record.h"

namespace leftfold::test_support {
namespace {

constexpr int kPatienceMs = 30'000;

void must(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{what + ": " + rd_kafka_err2str(error)};
}

std::int32_t partitions_of(rd_kafka_t* client, rd_kafka_topic_t* topic) {
  const rd_kafka_metadata_t* answer = nullptr;
  must(rd_kafka_metadata(client, 0, topic, &answer, kPatienceMs), "metadata");
  const kafka::TopicMetadata metadata{answer};
  if (metadata->topic_cnt != 1) throw std::runtime_error{"no such topic"};
  must(metadata->topics[0].err, metadata->topics[0].topic);
  return metadata->topics[0].partition_cnt;
}

void read_partition(rd_kafka_topic_t* topic, std::int32_t partition, std::int64_t end, EventPage& page) {
  if (rd_kafka_consume_start(topic, partition, RD_KAFKA_OFFSET_BEGINNING) != 0) must(rd_kafka_last_error(), "start");
  for (std::int64_t next = 0; next < end;) {
    const kafka::Message message{rd_kafka_consume(topic, partition, kPatienceMs)};
    if (message == nullptr) throw std::runtime_error{"a record does not come within 30 s"};
    must(message->err, "consume");
    kafka::add_to_page(page, *message);
    next = message->offset + 1;
  }
  if (rd_kafka_consume_stop(topic, partition) != 0) must(rd_kafka_last_error(), "stop");
}

}  // namespace

std::vector<EventCopy> events_in(const KafkaOptions& options) {
  const kafka::Client client =
      kafka::make_client(options, kafka::Purpose::consumer,
                         kafka::client_config(options, kafka::Purpose::consumer, {},
                                              {{"enable.auto.commit", "false"}, {"auto.offset.reset", "earliest"}}));
  const kafka::TopicHandle topic{rd_kafka_topic_new(client.get(), options.topic.c_str(), nullptr)};
  EventPage page;
  const std::int32_t partitions = partitions_of(client.get(), topic.get());
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    must(rd_kafka_query_watermark_offsets(client.get(), options.topic.c_str(), partition, &begin, &end, kPatienceMs),
         "offsets");
    if (begin < end) read_partition(topic.get(), partition, end, page);
  }
  std::vector<EventCopy> events;
  events.reserve(page.size());
  for (const RecordedEvent& event : page) events.emplace_back(event);
  return events;
}

}  // namespace leftfold::test_support
