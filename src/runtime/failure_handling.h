// SPDX-License-Identifier: Apache-2.0
// What one subscription does about failures: classify, plan, park, hold followers back.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/circuit_breaker.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/event_page.h>
#include <leftfold/failure_options.h>

#include "resilience/retry_planner.h"
#include "runtime/failure_log.h"
#include "runtime/handler_metrics.h"
#include "runtime/outage_guard.h"
#include "runtime/parked_marks.h"

namespace leftfold::inline v0::detail {

/// What one event met so far; kept with it while it waits. Plain value.
struct Trouble {
  Attempts attempts;
  int calls = 0;  // of the handler
  FailureClass failure = FailureClass::transient;
  std::string error_type;
  std::string error_message;
  Timestamp first_failed_at{};
  bool spared = false;                   // not parked once already, because so many were
  std::optional<ParkReason> to_park;     // decided: nothing is left but to store it
  std::optional<Instant> parking_since;  // the store of dead letters refuses since
  int park_tries = 0;
  std::optional<Instant> blocked_since;  // the breaker is open
  std::optional<Instant> missing_since;  // one before it did not come
  std::exception_ptr fatal;              // with NextStep::stop: what ends the subscription
};

/// The failure options of one subscription at work. It lives as long as the Runner, over all its sessions.
/// Any thread. The clock, log, metrics and store must outlive it.
class FailureHandling {
 public:
  struct Surroundings {
    Clock* clock = nullptr;
    Logger* log = nullptr;
    HandlerMetrics* metrics = nullptr;
    DeadLetterStore* dead_letters = nullptr;  // null: nothing is parked
    std::string node;
  };
  FailureHandling(std::string subscription, const FailureOptions& options, Surroundings surroundings);

  /// The handler threw: decides what is next for the event, and says so in the log and the metrics. Tell
  /// the breaker first: what fails while it is not closed is held, not parked.
  [[nodiscard]] Decision failed(const RecordedEvent& event, Trouble& trouble, const std::exception_ptr& thrown);
  /// The event came although one before it did not, of which `reached` is the predecessor: wait, until then, for it to
  /// come; after options().gap_timeout as failed() when the retries are used up.
  [[nodiscard]] Decision early(const RecordedEvent& event, Trouble& trouble, Version reached);
  /// The event came after later ones were parked because of it, and those are not parked any more.
  [[nodiscard]] Decision late(const RecordedEvent& event, Trouble& trouble);
  void succeeded(const RecordedEvent& event);
  /// The event waits for the breaker from now on, or no more: the time does not count against its retries.
  void blocked(Trouble& trouble) const;
  void unblocked(Trouble& trouble) const;

  /// Decides to park an event early: too many wait behind it. It is re-driven once by itself, since its retries were
  /// not used up.
  static void park_early(Trouble& trouble) { trouble.to_park = ParkReason::overflow; }
  /// Parks an event that is to be parked. done: it is durable. wait: the store refuses, again then. stop: for too long,
  /// or for good.
  [[nodiscard]] Decision park(const RecordedEvent& event, Trouble& trouble);

  /// Reads which more aggregates have parked events; for each new assignment. Throws what the store throws.
  void load_parked();
  /// Holds an aggregate's events back from now on, until one finds that nothing of it is parked.
  void mark_parked(std::string_view aggregate);
  /// False: the aggregate certainly has none.
  [[nodiscard]] bool may_be_parked(std::string_view aggregate) const;
  /// Parks the event behind those of its aggregate. done: it is durable. again: there are none, handle it. wait, stop:
  /// as park().
  [[nodiscard]] Decision follow(const RecordedEvent& event, Trouble& trouble);

  [[nodiscard]] bool parks() const noexcept;
  [[nodiscard]] CircuitBreaker& breaker() noexcept { return breaker_; }
  /// How often the breaker's state changed.
  [[nodiscard]] std::uint64_t breaker_changes() const noexcept { return breaker_changes_.load(); }
  [[nodiscard]] const FailureOptions& options() const noexcept { return options_; }
  [[nodiscard]] HandlerMetrics& metrics() noexcept { return *around_.metrics; }
  [[nodiscard]] FailureLog& log() noexcept { return log_; }
  [[nodiscard]] DeadLetterStore* dead_letters() const noexcept { return around_.dead_letters; }
  [[nodiscard]] const std::string& node() const noexcept { return around_.node; }
  [[nodiscard]] Clock& clock() const noexcept { return *around_.clock; }

 private:
  [[nodiscard]] Decision exhausted(const RecordedEvent& event, Trouble& trouble);
  [[nodiscard]] Decision give_up(const RecordedEvent& event, Trouble& trouble, std::string why);
  [[nodiscard]] Decision stop(const RecordedEvent& event, Trouble& trouble, const std::string& cause);
  [[nodiscard]] DeadLetter letter(const RecordedEvent& event, const Trouble& trouble, ParkReason reason) const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_pause(ParkReason reason) const;
  void ask_unless_asked(const RecordedEvent& event);
  // Calls `store`; what it throws becomes wait or stop.
  template <class Store>
  [[nodiscard]] Decision guarded(const RecordedEvent& event, Trouble& trouble, Store store);

  const std::string subscription_;
  const FailureOptions options_;
  const Surroundings around_;
  CircuitBreaker breaker_;
  RetryPlanner planner_;
  OutageGuard outage_;
  FailureLog log_;

  std::atomic<std::uint64_t> breaker_changes_{0};
  ParkedMarks parked_;
  ParkedMarks inherited_;  // aggregates whose letters were there before this process had their partition
};

}  // namespace leftfold::inline v0::detail
