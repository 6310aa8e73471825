// SPDX-License-Identifier: Apache-2.0
// One group of kafka_worker processes on a topic of its own, and what is checked at its end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/commit_watch.h"
#include "kafka/history.h"
#include "kafka/invariants.h"
#include "kafka/service.h"
#include "kafka/step_sink.h"
#include "kafka/worker.h"
#include "kafka/worker_process.h"
#include "support/temporary_folder.h"

namespace leftfold::test_kafka {

/// The number in an environment variable, else `otherwise`.
[[nodiscard]] std::int64_t number_from(const char* variable, std::int64_t otherwise);

/// The files stay when the test failed, and with LEFTFOLD_CHAOS_KEEP=1. One thread.
class Chaos {
 public:
  /// Prints its seed: LEFTFOLD_CHAOS_SEED repeats a run, as far as processes can be repeated.
  explicit Chaos(int partitions = 4);
  ~Chaos();
  Chaos(const Chaos&) = delete;
  Chaos& operator=(const Chaos&) = delete;

  /// Of the workers that start from now on.
  WorkerOptions options;
  [[nodiscard]] std::unique_ptr<WorkerProcess> start() const { return std::make_unique<WorkerProcess>(options); }

  /// From `least` to `most`.
  [[nodiscard]] std::int64_t random(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution{least, most}(random_);
  }
  void send(const std::string& account, std::int64_t work_ms = 0, bool poison = false) {
    sink_.send(account, {random(-1000, 1000), work_ms, poison});
    poisoned_ = poisoned_ || poison;
  }
  /// One step each for accounts `prefix`0 to `prefix`(n-1).
  void send_to_each(const std::string& prefix, int accounts, std::int64_t work_ms = 0);
  void settle() { sink_.settle(); }
  /// The version that somebody else publishes now.
  [[nodiscard]] std::int64_t sent_otherwise(const std::string& account) { return sink_.sent_otherwise(account); }
  [[nodiscard]] std::int64_t next_version(const std::string& account) const { return sink_.next_version(account); }

  [[nodiscard]] const std::vector<HistoryLine>& history() { return reader_.read(); }
  [[nodiscard]] std::size_t count(HistoryLine::Kind kind, const std::string& account);
  [[nodiscard]] const KafkaOptions& kafka() { return topic_.options(); }
  /// Looks again and again until it holds; false when it does not within `limit`.
  [[nodiscard]] static bool wait_until(const std::function<bool()>& holds,
                                       std::chrono::seconds limit = std::chrono::seconds{60});
  /// The listener ended all that was sent, or it is parked.
  [[nodiscard]] bool all_heard();
  /// And the projector as well.
  [[nodiscard]] bool all_done();
  [[nodiscard]] std::set<VersionOf> parked();
  /// A worker logged it.
  [[nodiscard]] bool log_says(std::string_view words) const;

  /// Waits until the listener and the projector have done everything and the group's checkpoints are at the end of the
  /// topic. Fails the test when they do not get there.
  void drain();
  /// As drain(), for the checkpoints alone.
  void drain_offsets();
  /// For when all workers have ended: every invariant. Throws testing::ExpectationFailed.
  Findings verify();

 private:
  std::mt19937_64 random_;
  TestTopic topic_;
  test_support::TemporaryFolder folder_;
  StepSink sink_;
  HistoryReader reader_;
  std::unique_ptr<CommitWatch> watch_;
  std::unique_ptr<GroupOffsets> group_;
  bool poisoned_ = false;
  std::set<VersionOf> unheard_;
  std::set<VersionOf> ever_parked_;  // as far as parked() saw
  std::size_t sent_seen_ = 0;
  std::size_t lines_seen_ = 0;
};

}  // namespace leftfold::test_kafka
