// SPDX-License-Identifier: Apache-2.0
// Publishes from a store without an order: its stream's shards, shared with other processes by leases.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/publisher.h>

#include "runtime/publisher/backoff.h"
#include "runtime/publisher/doorbell.h"
#include "runtime/publisher/flusher.h"
#include "runtime/publisher/interrupt.h"
#include "runtime/publisher/lease_keeper.h"
#include "runtime/publisher/publish_session.h"
#include "runtime/publisher/publisher_metrics.h"
#include "runtime/publisher/publisher_run.h"
#include "runtime/publisher/repair_job.h"
#include "runtime/publisher/shard_lanes.h"
#include "runtime/publisher/watched_sink.h"

namespace leftfold::inline v0::runtime {

/// What is published, as run() sees it. Plain value.
struct StreamSource {
  PublishedStore stored;  ///< `changes` is not null
  std::string group;      ///< of the leases
  ReadingPace pace;
  /// Called before the checkpoint of a shard is stored, after its cursors; may throw as a port does.
  std::function<void(const HoldProgress&)> settled;
  Repair repair;  ///< empty: people have to do it
};

/// The thread of run() publishes; a LeaseKeeper, a Flusher and the readings of shards have theirs. Sessions come and go
/// beneath them: after a failure of broker or store everything on the way is forgotten and read again from the last
/// place that was settled.
class StreamPublisher final : public PublisherRun {
 public:
  StreamPublisher(StreamSource source, OpenSink open_sink, PublisherOptions options);
  ~StreamPublisher() override;

  void run(const std::stop_token& stop) override;
  [[nodiscard]] PublisherStatus status() const override;

 private:
  struct Threads;
  struct Shown {
    std::string state = "starting";
    std::string failure;
    std::uint64_t dropped = 0;
    std::uint64_t read_back = 0;
    std::vector<PublisherPart> held;
    std::vector<BlockedAggregate> blocked;
  };

  void publish(Threads& threads, const std::stop_token& stop);
  void session(Threads& threads, const std::stop_token& stop);
  void apply_changes(Threads& threads, Resequencer* session);
  void flush(Threads& threads, PublishSession& session);
  void drain(Threads& threads, PublishSession& session);
  void end(Threads& threads, PublishSession& session);
  void show(Threads& threads, PublishSession* session, const std::string& state);
  bool set_failure(const std::string& failure);

  const StreamSource source_;
  const OpenSink open_sink_;
  const PublisherOptions options_;
  std::atomic<std::uint64_t> turns_{0};
  PublisherMetrics metrics_;
  Traffic traffic_;
  Doorbell doorbell_;
  Interrupt interrupt_;

  mutable std::mutex mutex_;  // of what follows
  Shown shown_;
  std::uint64_t dropped_before_ = 0;  // of sessions that are over
  std::uint64_t read_back_before_ = 0;
  LeaseKeeper* keeper_ = nullptr;  // while run() does
  Flusher* flusher_ = nullptr;
};

}  // namespace leftfold::inline v0::runtime
