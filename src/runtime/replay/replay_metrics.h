// SPDX-License-Identifier: Apache-2.0
// What a replay shows while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <leftfold/metrics.h>
#include <leftfold/replay.h>

namespace leftfold::inline v0::runtime {

/// leftfold_replay_* of docs/reference/metrics.md, brought up to date before each exposition, and at its end. One
/// thread constructs and destroys it; the Metrics and what `progress` refers to must outlive it.
class ReplayMetrics {
 public:
  ReplayMetrics(Metrics& metrics, std::function<ReplayProgress()> progress) : progress_{std::move(progress)} {
    for (const ReplayProgress::Projector& each : progress_().projectors) {
      const auto of = [&each](auto make) { return make(std::initializer_list<MetricLabel>{{"projector", each.name}}); };
      Shown& shown = shown_.emplace_back();
      shown.part = of([&](auto labels) {
        return &metrics.gauge("leftfold_replay_progress_ratio", "How much of the replay is done, from 0 to 1.", labels);
      });
      shown.running = of([&](auto labels) {
        return &metrics.gauge("leftfold_replay_running", "1 while the projector is replayed.", labels);
      });
      shown.events = of([&](auto labels) {
        return &metrics.counter("leftfold_replay_events_total", "Events that replays have handled.", labels);
      });
      shown.running->set(1);
    }
    refresh_ = metrics.refresh_with([this] { show(); });
  }
  ~ReplayMetrics() {
    refresh_.reset();  // waits for one that runs
    try {
      show();
    } catch (...) {  // without memory for it the last look stands
    }
    for (const Shown& each : shown_) each.running->set(0);
  }
  ReplayMetrics(const ReplayMetrics&) = delete;
  ReplayMetrics& operator=(const ReplayMetrics&) = delete;

 private:
  struct Shown {
    Gauge* part = nullptr;
    Gauge* running = nullptr;
    Counter* events = nullptr;
    std::uint64_t handled = 0;
  };

  void show() {
    const ReplayProgress now = progress_();
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      Shown& shown = shown_[i];
      shown.part->set(now.part());
      const std::uint64_t handled = now.projectors.at(i).handled;
      if (handled > shown.handled) shown.events->add(static_cast<double>(handled - shown.handled));
      shown.handled = handled;
    }
  }

  const std::function<ReplayProgress()> progress_;
  std::vector<Shown> shown_;  // in the order of the projectors
  std::unique_ptr<Metrics::Refresh> refresh_;
};

}  // namespace leftfold::inline v0::runtime
