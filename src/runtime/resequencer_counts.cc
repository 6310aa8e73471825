// SPDX-License-Identifier: Apache-2.0
#include "runtime/resequencer_counts.h"

namespace leftfold::inline v0::runtime {
namespace {

constexpr const char* kUnpublishable = "leftfold_publisher_unpublishable_total";
constexpr const char* kWhatUnpublishable = "events that cannot be published, by what became of them";

void add(Counter& counter, std::uint64_t now, std::uint64_t before) noexcept {
  if (now != before) counter.add(static_cast<double>(now - before));
}

}  // namespace

ResequencerMetrics::ResequencerMetrics(Metrics& metrics)
    : published_{metrics.counter("leftfold_publisher_published_total", "events that the broker acknowledged")},
      dropped_{metrics.counter("leftfold_publisher_dropped_total", "changes whose event was published before")},
      read_back_{metrics.counter("leftfold_publisher_read_back_total", "events that had to be asked of the store")},
      marked_{metrics.counter(kUnpublishable, kWhatUnpublishable, {{"outcome", "marked"}})},
      refused_{metrics.counter(kUnpublishable, kWhatUnpublishable, {{"outcome", "blocked"}})},
      stalls_{
          metrics.counter("leftfold_publisher_stalls_total", "times the store did not show yet what a change told")},
      blocked_{metrics.gauge("leftfold_publisher_blocked_aggregates", "aggregates that cannot go on")} {}

ResequencerMetrics::~ResequencerMetrics() { blocked_.add(-static_cast<double>(shown_.blocked)); }

void ResequencerMetrics::show(const ResequencerCounts& counts) noexcept {
  add(published_, counts.published, shown_.published);
  add(dropped_, counts.dropped, shown_.dropped);
  add(read_back_, counts.read_back, shown_.read_back);
  add(marked_, counts.marked, shown_.marked);
  add(refused_, counts.refused, shown_.refused);
  add(stalls_, counts.stalls, shown_.stalls);
  if (counts.blocked != shown_.blocked) {
    blocked_.add(static_cast<double>(counts.blocked) - static_cast<double>(shown_.blocked));
  }
  shown_ = counts;
}

}  // namespace leftfold::inline v0::runtime
