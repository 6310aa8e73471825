// SPDX-License-Identifier: Apache-2.0
// Goes through all of a store, segment by segment, beside other processes that do the same.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include <leftfold/error.h>
#include <leftfold/event_scan.h>
#include <leftfold/reconcile.h>

#include "runtime/publisher/backoff.h"
#include "runtime/scan_leases.h"

namespace leftfold::inline v0::runtime {

/// What is done with the pages of a scan. One thread at a time.
class PageWork {
 public:
  enum class Settled { all, not_yet, stopped };

  PageWork() = default;
  virtual ~PageWork() = default;
  PageWork(const PageWork&) = delete;
  PageWork& operator=(const PageWork&) = delete;

  /// Begins the work on a page's events. Throws what it needs throws; forget() comes next then.
  virtual void take(ScanPage page, const std::stop_token& stop) = 0;
  /// Waits until `deadline` for the work on what was taken; `all`: the place behind it may be kept. Throws as take.
  [[nodiscard]] virtual Settled settle(const std::stop_token& stop, Instant deadline) = 0;
  /// Grows while the work gets on.
  [[nodiscard]] virtual std::uint64_t progress() const = 0;
  /// What was taken and not settled will come again.
  virtual void forget() noexcept = 0;
  /// Fills in what it knows.
  virtual void report(ReconcileProgress& progress) const = 0;
};

/// A scan from its beginning, or from where an earlier one stopped, to its end. One thread at a time; the store, the
/// work and what the options name must outlive it.
class ScanRun {
 public:
  /// `what` names it in leases and the log: "reconcile". With `options.dry_run` no lease is written.
  ScanRun(const PublishedStore& stored, const ReconcileOptions& options, std::string what, PageWork& work);

  /// Returns how far it came. Throws as reconcile().
  [[nodiscard]] ReconcileProgress run(const std::stop_token& stop);

 private:
  enum class End { done, lost, stopped };
  void run_shared(const std::stop_token& stop);
  [[nodiscard]] bool reached(const std::function<void()>& call, const std::stop_token& stop);
  [[nodiscard]] End scan(ScanPlace place, Lease* mine, const std::stop_token& stop);
  [[nodiscard]] End settle(Lease* mine, const std::stop_token& stop);
  [[nodiscard]] bool keep(Lease* mine, const std::string& checkpoint);
  void works_again();
  [[nodiscard]] bool back_off(const Error& error, Lease* mine, const std::stop_token& stop);
  void note(std::uint64_t events, double part_of_segment);
  [[nodiscard]] bool wait_for_rate(Lease* mine, const std::stop_token& stop);
  void tell();

  const PublishedStore& stored_;
  const ReconcileOptions& options_;
  const std::string what_;
  PageWork& work_;
  std::optional<ScanLeases> leases_;  // none in a dry run
  ReconcileProgress progress_;
  double rough_ = 0;           // events of the store, about
  double rough_segment_ = 0;   // of one segment
  std::uint64_t scanned_ = 0;  // since begin_, for the rate
  Instant begin_{};
  Instant renewed_{};
  Instant failing_since_ = kNever;
  Backoff backoff_;
};

}  // namespace leftfold::inline v0::runtime
