// SPDX-License-Identifier: Apache-2.0
// What a sink counts.
#pragma once

#include <leftfold/metrics.h>

namespace leftfold::inline v0::kafka {

/// Any thread. `metrics` must outlive it.
struct SinkMetrics {
  explicit SinkMetrics(Metrics& metrics)
      : sent{metrics.counter("leftfold_kafka_sent_events_total", "events handed to the Kafka producer")},
        sent_bytes{metrics.counter("leftfold_kafka_sent_bytes_total", "bytes of keys and values handed to it")},
        acknowledged{receipts(metrics, "acknowledged")},
        failed{receipts(metrics, "failed")},
        on_the_way{metrics.gauge("leftfold_kafka_events_on_the_way", "events sent whose receipts are not taken yet")},
        recreated{metrics.counter("leftfold_kafka_producer_recreated_total",
                                  "producers replaced because they could not go on")} {}

  Counter& sent;
  Counter& sent_bytes;
  Counter& acknowledged;
  Counter& failed;
  Gauge& on_the_way;
  Counter& recreated;

 private:
  static Counter& receipts(Metrics& metrics, std::string_view outcome) {
    return metrics.counter("leftfold_kafka_receipts_total", "events by what became of them", {{"outcome", outcome}});
  }
};

}  // namespace leftfold::inline v0::kafka
