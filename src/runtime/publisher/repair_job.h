// SPDX-License-Identifier: Apache-2.0
// Finds and publishes what the stream has lost, on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/log.h>
#include <leftfold/publisher.h>

namespace leftfold::inline v0::runtime {

/// Publishes every stored event whose aggregate's cursor is behind; returns when all is done or the stop came, with the
/// aggregates that are blocked, which stay behind.
using Repair = std::function<std::vector<BlockedAggregate>(const std::stop_token& stop)>;

/// Repeats a Repair until it returns, or until the job ends. The destructor waits for it.
class RepairJob {
 public:
  /// Begins at once; `done` is called on its thread.
  RepairJob(Repair repair, std::string publisher, std::function<void()> done, Clock& clock, Logger& log);

 private:
  void run(const std::stop_token& stop);

  const Repair repair_;
  const std::string publisher_;
  const std::function<void()> done_;
  Clock& clock_;
  Logger& log_;
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::runtime
