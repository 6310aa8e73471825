// SPDX-License-Identifier: Apache-2.0
// Reconcile: finds stored events that were never published, and publishes them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <leftfold/publisher.h>

namespace leftfold::inline v0 {

/// How far a reconcile has come. Plain value.
struct ReconcileProgress {
  std::uint64_t looked_at = 0;  ///< events in the pages so far
  std::uint64_t missing = 0;    ///< of these, how many were not published; for seed_cursors: cursors that were behind
  std::uint64_t published = 0;  ///< events acknowledged by now, of these and before them; 0 in a dry run
  int segments_done = 0;        ///< by any process
  int segments = 0;
  double part = 0;                        ///< how much of the store was looked at, 0 to 1; an estimate
  std::vector<BlockedAggregate> blocked;  ///< which could not be published to their end
};

/// How much a reconcile looks at, and how fast. Plain value.
struct ReconcileOptions {
  std::string name = "publisher";  ///< as PublisherOptions::name
  std::string worker;              ///< as PublisherOptions::worker
  int segments = 8;                ///< parts of the store, one after the other in a process; several processes share
                                   ///< them. A run that goes on keeps its own number
  double events_a_second = 0;      ///< most events looked at; 0: as fast as it goes
  bool dry_run = false;            ///< counts only: publishes nothing, stores nothing
  bool afresh = false;             ///< begins anew although an earlier run was not finished
  Unpublishable unpublishable = Unpublishable::block;
  std::chrono::milliseconds lease_expires_after{10'000};      ///< of a process that died in a run
  std::chrono::milliseconds give_up_after{60'000};            ///< of a broker or store that fails all the time
  std::function<void(const ReconcileProgress&)> on_progress;  ///< on the caller's thread, after each page
  Clock* clock = &system_clock();                             ///< must outlive the call, as everything below
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
};

/// Scans the store, compares each aggregate's events with its cursor, and publishes what is missing, beside running
/// Publishers: for the first start on a store with a history, and after an outage longer than the stream's retention.
/// A run that was stopped or died goes on where it was. Returns what it did; on a stop, up to there. An aggregate that
/// is blocked is passed over and reported; its cursor stays, so the next run finds it again. Throws as Publisher::run,
/// Error(invalid_argument) for ports or options that cannot be used, and Error(unavailable, throttled) after the broker
/// or store failed for `give_up_after`; what is published by then stays so.
ReconcileProgress reconcile(const PublishedStore& stored, const OpenSink& open_sink, const ReconcileOptions& options,
                            const std::stop_token& stop);

/// Sets the cursor of each aggregate to its newest event, so that only what is stored from now on is published. Lowers
/// none that it sees; a Publisher that stores one at the same moment may, which costs events that are sent. Throws as
/// reconcile.
ReconcileProgress seed_cursors(const PublishedStore& stored, const ReconcileOptions& options,
                               const std::stop_token& stop);

}  // namespace leftfold::inline v0
