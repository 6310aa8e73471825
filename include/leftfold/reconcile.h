// Reconcile: finds stored events that were never published, and publishes them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include <leftfold/publisher.h>

namespace leftfold {

struct ReconcileProgress {
  std::uint64_t looked_at = 0;   ///< events in the pages so far
  std::uint64_t aggregates = 0;  ///< that had to be looked at more closely, because their cursor was behind
  std::uint64_t missing = 0;     ///< events that were not published before
  std::uint64_t published = 0;   ///< of these, acknowledged by now; stays 0 in a dry run
  int segments_done = 0;
  int segments = 0;
  double part = 0;  ///< how much of the store was looked at, 0 to 1; an estimate
};

struct ReconcileOptions {
  std::string name = "publisher";  ///< as PublisherOptions::name; its leases hold how far a run is, so that it resumes
  std::string worker;
  int segments = 8;            ///< parts of the store, one after the other in a process; several processes share them
  double events_a_second = 0;  ///< most events looked at; 0: as fast as it goes
  bool dry_run = false;        ///< counts only
  bool afresh = false;         ///< begins anew although an earlier run was not finished
  Unpublishable unpublishable = Unpublishable::block;
  std::function<void(const ReconcileProgress&)> on_progress;  ///< on run()'s thread, after each page
  Clock* clock = &system_clock();                             ///< must outlive the call, as everything below
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
};

/// Scans the store, compares each aggregate's events with its cursor, and publishes what is missing, beside running
/// Publishers: for the first start on a store with a history, and after an outage longer than the stream's retention.
/// A run that was stopped or died goes on where it was. Returns what it did; on a stop, up to there. Throws as
/// Publisher::run and, after the broker or store was away for a minute, Error(unavailable).
ReconcileProgress reconcile(const PublishedStore& stored, const OpenSink& open_sink, const ReconcileOptions& options,
                            const std::stop_token& stop);

/// Sets the cursor of each aggregate to its newest event, so that only what is stored from now on is published. Never
/// lowers one. Throws as reconcile.
ReconcileProgress seed_cursors(const PublishedStore& stored, const ReconcileOptions& options,
                               const std::stop_token& stop);

}  // namespace leftfold
