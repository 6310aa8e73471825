// SPDX-License-Identifier: Apache-2.0
// Publishes from a store whose events have an order: a subscription keeps the place.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <leftfold/event_feed.h>
#include <leftfold/publisher.h>

#include "runtime/publisher/feed_session.h"
#include "runtime/publisher/publisher_metrics.h"
#include "runtime/publisher/publisher_run.h"
#include "runtime/publisher/watched_sink.h"

namespace leftfold::inline v0::runtime {

/// Sessions, one after the other: after a failure of broker or store it subscribes again and goes on from the
/// checkpoint. It needs no Resequencer: the feed's order is the order of versions already, and neither cursors nor a
/// store to read back from are there. Everything happens on the thread of run().
class FeedPublisher final : public PublisherRun {
 public:
  FeedPublisher(EventFeed& stored, OpenSink open_sink, PublisherOptions options);
  ~FeedPublisher() override;

  void run(const std::stop_token& stop) override;
  [[nodiscard]] PublisherStatus status() const override;

 private:
  void session(const std::stop_token& stop);
  void show(const FeedSession& session, const std::string& state);
  void set_state(const std::string& state, const std::string* failure);

  EventFeed& stored_;
  const OpenSink open_sink_;
  const PublisherOptions options_;
  std::atomic<std::uint64_t> turns_{0};
  PublisherMetrics metrics_;
  Traffic traffic_;
  ResequencerMetrics counted_;
  ResequencerCounts before_;  // of sessions that are over; the thread's
  Instant next_show_{};

  mutable std::mutex mutex_;  // of what follows
  PublisherStatus shown_;
};

}  // namespace leftfold::inline v0::runtime
