// SPDX-License-Identifier: Apache-2.0
// The Kafka sink keeps the promises of EventSink, on librdkafka's mock cluster.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/testing/event_sink_suite.h>

#include "kafka/sink.h"
#include "support/kafka_mock.h"
#include "support/kafka_records.h"
#include "support/suite_gtest.h"

namespace leftfold::kafka {
namespace {

struct Place {
  test_support::MockKafka mock{3};
  KafkaOptions options = mock.topic("Events");
};

testing::SinkPlace make_place(Clock& clock) {
  const auto place = std::make_shared<Place>();
  place->options.clock = &clock;
  place->options.properties["queue.buffering.max.messages"] = "100";
  return {[place] { return open_sink(place->options); }, [place] { return test_support::events_in(place->options); },
          [place] { place->mock.set_down(); }, [place] { place->mock.set_up(); }};
}

testing::EventSinkSuiteOptions what_it_can() {
  testing::EventSinkSuiteOptions options;
  options.can_be_cut = true;
  options.recognises_repeats = false;  // the mock does not look at sequence numbers
  options.keeps_json_text = false;
  return options;
}

const bool kRegistered =
    test_support::register_suite("KafkaSinkOnMock", testing::event_sink_suite(make_place, what_it_can()));

}  // namespace
}  // namespace leftfold::kafka
