// SPDX-License-Identifier: Apache-2.0
// A handler as the Runner keeps it for as long as it lives.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <leftfold/runner.h>

#include "runtime/failure_handling.h"
#include "runtime/handled_signal.h"
#include "runtime/handler_gate.h"
#include "runtime/handler_metrics.h"
#include "runtime/live_events.h"
#include "runtime/partition_marks.h"

namespace leftfold::inline v0::detail {

/// Settings are final after add(); the rest may be used from any thread.
struct RegisteredHandler {
  HandlerEntry entry;
  std::string name;          // of the handler
  std::string subscription;  // "<group>.<name>"
  std::size_t workers = 1;   // threads that handle at once
  HandlerGate gate;
  CurrentSession session;
  std::unique_ptr<HandlerMetrics> metrics;
  std::unique_ptr<FailureHandling> failures;  // uses the metrics
  std::atomic<std::int64_t> done{0};          // watermark of partition 0, for wait_until_handled
  PartitionMarks marks;                       // of every partition, when somebody measures
  HandledSignal* signal = nullptr;

  [[nodiscard]] SubscriptionKind kind() const noexcept {
    if (!entry.is_projector) return SubscriptionKind::shared;
    return entry.read_model != nullptr ? SubscriptionKind::gated : SubscriptionKind::local;
  }
  [[nodiscard]] std::string_view kind_name() const noexcept { return entry.is_projector ? "projector" : "listener"; }

  /// Makes a watermark known. Those of other partitions than 0 are not waited for.
  void publish(std::int32_t partition, Position position) noexcept {
    if (metrics && metrics->on()) marks.set(partition, position);
    if (partition != 0 || done.load() == position.value()) return;
    done.store(position.value());
    signal->moved();
  }
};

}  // namespace leftfold::inline v0::detail
