// SPDX-License-Identifier: Apache-2.0
// KafkaBroker as programs use it.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include <leftfold/error.h>
#include <leftfold/kafka.h>

#include "kafka/service.h"
#include "support/code_of.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::seconds;
using test_support::code_of;

RecordedEvent event_of(std::string_view aggregate_id) {
  RecordedEvent event;
  event.aggregate_id = aggregate_id;
  event.type = "Happened";
  event.version = Version{0};
  event.id = Uuid::v7(system_clock().now());
  event.commit_id = event.id;
  event.payload = "{}";
  return event;
}

TEST(KafkaBroker, WhatItsSinkSendsIsItsHead) {
  KafkaOptions options = service_options();
  options.partitions = 3;
  KafkaBroker broker{options};
  EXPECT_EQ(broker.partitions(), 3);
  EXPECT_EQ(broker.options().topic, options.topic);
  for (std::int32_t partition = 0; partition < 3; ++partition) EXPECT_EQ(broker.head(partition), Position::start());
  const std::unique_ptr<EventSink> sink = broker.open_sink();
  EXPECT_EQ(sink->send(event_of("cart-1")), 1U);
  const auto receipts = sink->close(system_clock().instant() + seconds{30});
  ASSERT_EQ(receipts.size(), 1U);
  ASSERT_TRUE(receipts[0].acknowledged) << receipts[0].why;
  EXPECT_EQ(receipts[0].position, Position{1});
  EXPECT_EQ(broker.head(receipts[0].partition), Position{1});
  EXPECT_EQ(broker.head((receipts[0].partition + 1) % 3), Position::start());
  EXPECT_EQ(broker.checkpoint("shop.Nobody"), Position::start());
  for (const std::int32_t partition : {-1, 3}) {
    EXPECT_EQ(code_of([&] { (void)broker.head(partition); }), Errc::invalid_argument);
  }
  EXPECT_EQ(code_of([&] { (void)broker.subscribe({}); }), Errc::invalid_argument);
  delete_topic(options);
}

TEST(KafkaBroker, LooksAtItsOptionsBeforeItAsksABroker) {
  const auto refused = [](auto change, const char* name) {
    KafkaOptions options;
    options.brokers = "127.0.0.1:1";
    change(options);
    std::string what;
    EXPECT_EQ(code_of([&] { const KafkaBroker broker{options}; }, &what), Errc::invalid_config);
    EXPECT_NE(what.find(name), std::string::npos) << what;
  };
  refused([](KafkaOptions& options) { options.topic = "a b"; }, "topic");
  refused([](KafkaOptions& options) { options.properties["acks"] = "1"; }, "acks");
  refused([](KafkaOptions& options) { options.properties["no.such.thing"] = "1"; }, "no.such.thing");
}

}  // namespace
}  // namespace leftfold::test_kafka
