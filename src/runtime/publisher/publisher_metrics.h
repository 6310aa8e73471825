// SPDX-License-Identifier: Apache-2.0
// What a Publisher counts besides its Resequencer.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <leftfold/metrics.h>

namespace leftfold::inline v0::runtime {

/// leftfold_publisher_* of docs/reference/metrics.md, those of one Publisher. Any thread; the Metrics must outlive it.
class PublisherMetrics {
 public:
  PublisherMetrics(Metrics& metrics, std::string_view publisher);

  struct Now {
    std::chrono::milliseconds oldest{};
    std::chrono::milliseconds behind{};
    std::size_t on_the_way = 0;
    std::size_t open = 0;
    std::size_t parts = 0;
    bool broken = false;
  };
  void show(const Now& now) noexcept;

  Counter& sessions_broken;
  Counter& leases_lost;
  Counter& trimmed;
  Counter& gone;
  Counter& late;
  Histogram& delay;

 private:
  Gauge& oldest_;
  Gauge& behind_;
  Gauge& on_the_way_;
  Gauge& open_;
  Gauge& parts_;
  Gauge& broken_;
};

}  // namespace leftfold::inline v0::runtime
