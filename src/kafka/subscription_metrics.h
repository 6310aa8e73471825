// SPDX-License-Identifier: Apache-2.0
// What a subscription counts.
#pragma once

#include <string_view>

#include <leftfold/metrics.h>

namespace leftfold::inline v0::kafka {

/// Any thread. `metrics` must outlive it.
struct SubscriptionMetrics {
  SubscriptionMetrics(Metrics& metrics, std::string_view subscription)
      : received{metrics.counter("leftfold_kafka_received_events_total", "records taken from the topic",
                                 {{"subscription", subscription}})},
        assigned{rebalances(metrics, subscription, "assigned")},
        revoked{rebalances(metrics, subscription, "revoked")},
        lost{rebalances(metrics, subscription, "lost")},
        refused{metrics.counter("leftfold_kafka_commits_refused_total",
                                "commits of checkpoints that the brokers refused; later ones include them",
                                {{"subscription", subscription}})} {}

  Counter& received;
  Counter& assigned;
  Counter& revoked;
  Counter& lost;
  Counter& refused;

 private:
  static Counter& rebalances(Metrics& metrics, std::string_view subscription, std::string_view outcome) {
    return metrics.counter("leftfold_kafka_rebalances_total",
                           "answers to the group: partitions assigned, taken away, or lost without a word",
                           {{"subscription", subscription}, {"outcome", outcome}});
  }
};

}  // namespace leftfold::inline v0::kafka
