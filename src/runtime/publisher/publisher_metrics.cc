// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/publisher_metrics.h"

namespace leftfold::inline v0::runtime {
namespace {

constexpr const char* kLost = "leftfold_publisher_lost_total";
constexpr const char* kWhatLost = "times that the stream may have lost events before they were read";

double seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

PublisherMetrics::PublisherMetrics(Metrics& metrics, std::string_view publisher)
    : sessions_broken{metrics.counter("leftfold_publisher_sessions_broken_total",
                                      "times that publishing began anew because broker or store failed",
                                      {{"publisher", publisher}})},
      leases_lost{metrics.counter("leftfold_publisher_leases_lost_total", "leases that another process took",
                                  {{"publisher", publisher}})},
      trimmed{metrics.counter(kLost, kWhatLost, {{"publisher", publisher}, {"reason", "trimmed"}})},
      gone{metrics.counter(kLost, kWhatLost, {{"publisher", publisher}, {"reason", "gone"}})},
      late{metrics.counter(kLost, kWhatLost, {{"publisher", publisher}, {"reason", "late"}})},
      delay{metrics.histogram("leftfold_publisher_delay_seconds",
                              "from an event's commit to the broker's acknowledgement", {{"publisher", publisher}})},
      oldest_{metrics.gauge("leftfold_publisher_oldest_seconds",
                            "age of the oldest event that was sent and not acknowledged", {{"publisher", publisher}})},
      behind_{metrics.gauge("leftfold_publisher_behind_seconds",
                            "age of the newest change that was read, of the part that is furthest behind",
                            {{"publisher", publisher}})},
      on_the_way_{metrics.gauge("leftfold_publisher_on_the_way", "events sent and not acknowledged",
                                {{"publisher", publisher}})},
      open_{metrics.gauge("leftfold_publisher_open", "changes taken and not settled", {{"publisher", publisher}})},
      parts_{metrics.gauge("leftfold_publisher_parts_owned", "shards or partitions that this process publishes",
                           {{"publisher", publisher}})},
      broken_{metrics.gauge("leftfold_publisher_broken", "1 while broker or store fails and is tried again",
                            {{"publisher", publisher}})} {}

void PublisherMetrics::show(const Now& now) noexcept {
  oldest_.set(seconds(now.oldest));
  behind_.set(seconds(now.behind));
  on_the_way_.set(static_cast<double>(now.on_the_way));
  open_.set(static_cast<double>(now.open));
  parts_.set(static_cast<double>(now.parts));
  broken_.set(now.broken ? 1 : 0);
}

}  // namespace leftfold::inline v0::runtime
