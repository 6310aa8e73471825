// SPDX-License-Identifier: Apache-2.0
// Records in and out, for the tests of the wire format.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kafka/received.h"
#include "kafka/record.h"

namespace leftfold::kafka_test {

inline kafka::Received received(std::string_view value, std::string_view key = "cart-42") {
  kafka::Received record;
  record.topic = "GlobalEvents";
  record.partition = 3;
  record.offset = 17;
  record.key = key;
  record.value = value;
  record.timestamp = Timestamp{std::chrono::milliseconds{1714564805000}};
  return record;
}

inline EventPage read(const kafka::Received& record) {
  EventPage page;
  add_to_page(page, record);
  EXPECT_EQ(page.size(), 1U);
  return page;
}
inline EventPage read(std::string_view value) { return read(received(value)); }

inline void expect_unreadable(const RecordedEvent& event, const kafka::Received& record) {
  EXPECT_EQ(event.type, kUnreadable);
  EXPECT_EQ(event.version, Version::none());
  EXPECT_EQ(event.payload, record.value.value_or(std::string_view{}));
  EXPECT_TRUE(event.metadata.starts_with(R"({"unreadable":"GlobalEvents/3/17: )")) << event.metadata;
  EXPECT_EQ(event.position, Position{record.offset + 1});
  EXPECT_EQ(event.partition, record.partition);
  EXPECT_FALSE(event.aggregate_id.empty());
}

inline void expect_same(const RecordedEvent& a, const RecordedEvent& b) {
  EXPECT_EQ(a.aggregate_id, b.aggregate_id);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.payload, b.payload);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.committed_at, b.committed_at);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.commit_id, b.commit_id);
  EXPECT_EQ(a.commit_pos, b.commit_pos);
  EXPECT_EQ(a.commit_size, b.commit_size);
  EXPECT_EQ(a.schema_version, b.schema_version);
}

using HeaderList = std::vector<std::pair<std::string, std::string>>;
inline HeaderList list(const rd_kafka_headers_t* headers) {
  HeaderList all;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    all.emplace_back(name, std::string{static_cast<const char*>(value), size});
  }
  return all;
}

/// The first event of the example in docs/format/kafka.md.
inline RecordedEvent apple() {
  RecordedEvent event;
  event.aggregate_id = "cart-42";
  event.version = Version{0};
  event.type = "CartItemAdded";
  event.payload = R"({"product_id":"apple","quantity":1})";
  event.metadata =
      R"({"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","tracestate":"shop=1","user":"ann"})";
  event.committed_at = Timestamp{std::chrono::milliseconds{1714564800000}};
  event.id = event.commit_id = *Uuid::parse("018f3406-9000-7000-8000-000000000001");
  event.commit_size = 2;
  return event;
}
/// And the second.
inline RecordedEvent checked_out() {
  RecordedEvent event = apple();
  event.version = Version{1};
  event.type = "CartCheckedOut";
  event.payload = "{}";
  event.metadata = {};
  event.id = *Uuid::parse("018f3406-9000-7000-8000-000000000002");
  event.commit_pos = 1;
  event.schema_version = 3;
  return event;
}

/// And what stands for a third one.
inline RecordedEvent unpublished() {
  RecordedEvent event = apple();
  event.version = Version{2};
  event.type = kUnpublished;
  event.payload = "{}";
  event.metadata = R"({"unpublished":"it has 1200345 bytes, the topic takes 1048588"})";
  event.id = event.commit_id = *Uuid::parse("018f3406-9000-7000-8000-000000000003");
  event.commit_size = 1;
  return event;
}

}  // namespace leftfold::kafka_test
