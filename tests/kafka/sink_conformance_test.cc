// SPDX-License-Identifier: Apache-2.0
// The Kafka sink keeps the promises of EventSink, on a real broker.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/testing/event_sink_suite.h>

// In tests/, so the module's headers are found behind src/.
#include "kafka/service.h"
#include "kafka/sink.h"
#include "support/kafka_records.h"
#include "support/suite_gtest.h"

namespace leftfold::test_kafka {
namespace {

testing::SinkPlace make_place(Clock& clock) {
  const auto topic = std::make_shared<TestTopic>();
  topic->options().clock = &clock;
  topic->options().properties["queue.buffering.max.messages"] = "100";
  return {[topic] { return kafka::open_sink(topic->options()); },
          [topic] { return test_support::events_in(topic->options()); },
          {},
          {}};
}

testing::EventSinkSuiteOptions what_it_can() {
  testing::EventSinkSuiteOptions options;
  options.keeps_json_text = false;
  return options;
}

const bool kRegistered =
    test_support::register_suite("KafkaSink", testing::event_sink_suite(make_place, what_it_can()));

}  // namespace
}  // namespace leftfold::test_kafka
