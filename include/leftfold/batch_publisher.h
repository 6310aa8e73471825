// SPDX-License-Identifier: Apache-2.0
// BatchPublisher: publishes what a caller hands over, batch by batch, as a function that a stream calls.
#pragma once

#include <cstddef>
#include <memory>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/published_store.h>
#include <leftfold/publisher.h>

namespace leftfold::inline v0 {

/// What a BatchPublisher does about what it cannot publish, and whom it tells. Plain value.
struct BatchPublisherOptions {
  Unpublishable unpublishable = Unpublishable::block;
  std::size_t remembered = 100'000;  ///< aggregates whose cursors are kept in memory from batch to batch
  Clock* clock = &system_clock();    ///< must outlive the BatchPublisher, as everything below
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
};

/// The Publisher's core without its threads, for who gets the changes of a shard from outside and keeps its place
/// there: an AWS Lambda function behind a stream. Orders and promises are the Publisher's, and several of both may run
/// at once. One thread at a time. Between two batches nothing is on the way, so that the process may be frozen.
class BatchPublisher {
 public:
  /// `stored` needs events and cursors. Throws Error(invalid_argument) when one is missing.
  BatchPublisher(PublishedStore stored, OpenSink open_sink, BatchPublisherOptions options = {});
  /// Closes the way to the broker; nothing is on it.
  ~BatchPublisher();
  BatchPublisher(const BatchPublisher&) = delete;
  BatchPublisher& operator=(const BatchPublisher&) = delete;

  /// Publishes the changes, until `deadline`. Returns how many of `page.changes`, from the first one on, are done: the
  /// broker has acknowledged their events, now or before. What follows may be done or not and has to come again. Throws
  /// what the broker and the store throw; the whole batch has to come again then. Does not throw because a cursor could
  /// not be stored, which costs events that are sent twice.
  [[nodiscard]] std::size_t publish(const ChangePage& page, Instant deadline);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
