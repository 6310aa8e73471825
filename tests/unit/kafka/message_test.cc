// SPDX-License-Identifier: Apache-2.0
// A record through librdkafka's mock broker: key, headers and timestamp as the client hands them over.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>

#include "unit/kafka/record_support.h"

namespace leftfold::kafka_test {
namespace {

constexpr const char* kTopic = "Messages";

kafka::Client client(rd_kafka_type_t type, const char* brokers) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  std::array<char, 256> error{};
  EXPECT_EQ(rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error.data(), error.size()), RD_KAFKA_CONF_OK);
  if (type == RD_KAFKA_CONSUMER) rd_kafka_conf_set(conf, "group.id", "g", error.data(), error.size());
  kafka::Client made{rd_kafka_new(type, conf, error.data(), error.size())};
  EXPECT_NE(made, nullptr) << error.data();
  return made;
}

TEST(Message, is_read_as_it_was_produced) {
  const kafka::Client producer = client(RD_KAFKA_PRODUCER, "");
  kafka::Handle<rd_kafka_mock_cluster_t, rd_kafka_mock_cluster_destroy> cluster{
      rd_kafka_mock_cluster_new(producer.get(), 1)};
  ASSERT_NE(cluster, nullptr);
  ASSERT_EQ(rd_kafka_mock_topic_create(cluster.get(), kTopic, 1, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
  const char* const brokers = rd_kafka_mock_cluster_bootstraps(cluster.get());
  {
    const kafka::Client writer = client(RD_KAFKA_PRODUCER, brokers);
    kafka::Record record = kafka::to_record(apple(), "shop");
    const auto produce = [&](std::string_view value, std::int64_t timestamp, rd_kafka_headers_t* headers) {
      std::array<rd_kafka_vu_t, 6> parts{};
      parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
      parts[0].u.cstr = kTopic;
      parts[1].vtype = RD_KAFKA_VTYPE_KEY;
      parts[1].u.mem = {const_cast<char*>("cart-42"), 7};
      parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
      parts[2].u.mem = {const_cast<char*>(value.data()), value.size()};
      parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
      parts[3].u.i = RD_KAFKA_MSG_F_COPY;
      parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
      parts[4].u.i64 = timestamp;
      parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
      parts[5].u.headers = headers;
      return rd_kafka_error_code(kafka::KafkaError{rd_kafka_produceva(writer.get(), parts.data(), parts.size())}.get());
    };
    // librdkafka's from here on
    ASSERT_EQ(produce(record.value, 1000, record.headers.release()), RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(produce(R"({"aggregateId":"a","version":0,"event":"E"})", 2000, rd_kafka_headers_new(0)),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(produce({}, 3000, rd_kafka_headers_new(0)), RD_KAFKA_RESP_ERR_NO_ERROR);  // no data: a tombstone
    ASSERT_EQ(rd_kafka_flush(writer.get(), 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  const kafka::Client reader = client(RD_KAFKA_CONSUMER, brokers);
  const kafka::PartitionList partitions{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(partitions.get(), kTopic, 0)->offset = 0;
  ASSERT_EQ(rd_kafka_assign(reader.get(), partitions.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  EventPage page;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (page.size() < 3 && std::chrono::steady_clock::now() < end) {
    const kafka::Message message{rd_kafka_consumer_poll(reader.get(), 1000)};
    if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (page.empty()) {
      rd_kafka_headers_t* headers = nullptr;
      ASSERT_EQ(rd_kafka_message_headers(message.get(), &headers), RD_KAFKA_RESP_ERR_NO_ERROR);
      EXPECT_EQ(list(headers), list(kafka::to_record(apple(), "shop").headers.get()));
    }
    kafka::add_to_page(page, *message);
  }
  rd_kafka_consumer_close(reader.get());
  ASSERT_EQ(page.size(), 3U);
  expect_same(page[0], apple());
  EXPECT_EQ(page[0].position, Position{1});
  EXPECT_EQ(page[1].committed_at, Timestamp{std::chrono::milliseconds{2000}});
  EXPECT_EQ(page[2].type, kUnreadable);
  EXPECT_EQ(page[2].position, Position{3});
  EXPECT_EQ(page[2].aggregate_id, "cart-42");
  EXPECT_EQ(page[2].committed_at, Timestamp{std::chrono::milliseconds{3000}});
  EXPECT_NE(page[2].metadata.find("Messages/0/2: it has no value"), std::string::npos) << page[2].metadata;
}

}  // namespace
}  // namespace leftfold::kafka_test
