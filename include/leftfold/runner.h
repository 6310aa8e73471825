// SPDX-License-Identifier: Apache-2.0
// Runner: delivers stored events to Listeners and Projectors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/clock.h>
#include <leftfold/control_store.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/error.h>
#include <leftfold/event_feed.h>
#include <leftfold/failure_options.h>
#include <leftfold/handler_table.h>
#include <leftfold/listener.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/projector.h>
#include <leftfold/running.h>

namespace leftfold::inline v0 {

/// What all handlers of a Runner share. Plain value.
struct RunnerOptions {
  std::string group = "example-group";  ///< checkpoints are kept under "<group>.<handler>"; one group a service
  std::size_t workers = 10;  ///< threads of a Listener that may run in parallel (KAFKA_CONSUMER_MAX_PARALLEL_HANDLES)
  std::size_t max_in_flight = 30;  ///< events of a Listener taken and not finished (KAFKA_CONSUMER_MAX_QUEUE_SIZE)
  std::chrono::milliseconds drain{30'000};  ///< how long run() waits for handlers in progress after a stop, and how
                                            ///< long a revoked partition is kept for them
  Clock* clock = &system_clock();           ///< must outlive the Runner, as everything below
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
  DeadLetterStore* dead_letters = nullptr;  ///< null: an event that cannot be handled stops its subscription
  ControlStore* controls = nullptr;         ///< null: subscriptions cannot be paused or restarted from outside
  BreakerStore* breakers = nullptr;         ///< null: each process's breakers are its own
  /// How soon pauses, restarts, requests to re-drive and what other breakers decided are noticed.
  std::chrono::milliseconds look_every{1'000};
};

/// Settings of one handler; zero or empty means the Runner's.
struct HandlerOptions {
  std::string name{};                      ///< empty: handler_name<H>()
  std::size_t workers = 0;                 ///< Listeners: 0 = 1, or RunnerOptions::workers if every `on` is const
  std::size_t max_in_flight = 0;           ///< Listeners
  std::size_t batch = 256;                 ///< Projectors: most events in one transaction; 0 = 256
  StartFrom start = StartFrom::beginning;  ///< where a handler without a checkpoint starts
  std::chrono::milliseconds checkpoint_every{
      100};                   ///< events a Listener finished since are delivered again after a crash
  FailureOptions failures{};  ///< retries, dead letters, circuit breaker
};

/// What a subscription is doing, as status() reports it.
struct SubscriptionStatus {
  std::string name;     ///< "<group>.<handler>"
  std::string kind;     ///< "listener" or "projector"
  std::string state;    ///< "starting", "waiting" (another process has the work), "running", "paused", "stopped",
                        ///< "failed"
  std::string breaker;  ///< state of its circuit breaker: "closed", "open", "half_open", "forced_open", "disabled"
  std::string failure;  ///< why it stopped; empty unless the state is "failed"
  Position done;        ///< everything up to here is finished, in partition 0
  Position head;        ///< newest event taken from the feed
  std::uint64_t handled = 0;  ///< calls of `on` that returned, since start
  std::uint64_t passed = 0;   ///< events of no interest to the handler, since start
  std::uint64_t parked = 0;   ///< events that became dead letters, since start
  std::size_t in_flight = 0;  ///< taken and not finished
  std::size_t waiting = 0;    ///< aggregates whose next event is to be tried again, or is held by the breaker
  // What the Runner sees every RunnerOptions::look_every, if it has RunnerOptions::metrics:
  std::int64_t lag = 0;                ///< events of the feed after what is finished, in partitions this process has
  std::chrono::milliseconds stands{};  ///< for how long none was finished although there is lag
  /// The part of it since when nothing held it back: no pause, retry or breaker, no store or broker without an answer.
  std::chrono::milliseconds hangs{};
  std::chrono::milliseconds looked{};  ///< how long ago it looked
};

/// How a re-drive of one parked sequence went.
struct RedriveReport {
  enum class End {
    finished,   ///< every letter was handled, the sequence is gone
    failed,     ///< the first letter left failed again; it and those behind it stay parked
    elsewhere,  ///< there is no such sequence, or another re-drive has it
    stopped,    ///< `stop` was requested; what was not handled stays parked
  };
  End end = End::elsewhere;
  std::size_t handled = 0;              ///< letters
  std::optional<FailureClass> failure;  ///< of `failed`
  std::string error;                    ///< of `failed`
};

/// A handler threw, or the event did not decode, and its subscription stopped before the event: nothing was skipped,
/// the next run starts there. what() names the subscription, the event, its aggregate, version and position, and the
/// cause. Immutable.
class HandlerFailed final : public Error {
 public:
  HandlerFailed(std::string subscription, const EventMetadata& event, const std::string& cause);
  ~HandlerFailed() override;
  [[nodiscard]] const std::string& subscription() const noexcept { return subscription_; }
  [[nodiscard]] Uuid event_id() const noexcept { return event_id_; }
  [[nodiscard]] Position position() const noexcept { return position_; }

 private:
  std::string subscription_;
  Uuid event_id_;
  Position position_;
};

namespace detail {

class HandlerGate;

// Keeps a handler from handling while it lives.
class HandlerPause {
 public:
  explicit HandlerPause(HandlerGate& gate);
  ~HandlerPause();
  HandlerPause(const HandlerPause&) = delete;
  HandlerPause& operator=(const HandlerPause&) = delete;

 private:
  HandlerGate& gate_;
};

// What the Runner keeps of a handler.
struct HandlerEntry {
  void* handler = nullptr;
  HandlerTable table;
  std::string_view default_name;
  bool is_projector = false;
  ReadModel* read_model = nullptr;  // projectors with one
  void (*reset)(void*) = nullptr;   // projectors
  HandlerOptions options;
};

}  // namespace detail

/// Runs handlers over a feed: per Listener a strand an aggregate and N workers, per Projector one batch at a time.
/// Add every handler, then run(). add() and run(): one thread; everything else: any thread, also while run() runs.
/// The feed, the handlers, the clock and the log must outlive it.
///
/// Per handler, events of one aggregate are handled in order, one at a time; a checkpoint is stored only when
/// everything up to it is finished or parked, so a crash makes a Listener see the last events again and loses none.
/// What happens to an event whose handler fails, FailureOptions say; docs/guides/failures.md shows it. A feed or a
/// read model that does not answer (Error::retryable) is asked again until it does. docs/decisions/0004-runner.md
/// explains the algorithm.
class Runner {
 public:
  /// Throws Error(invalid_argument) for an empty group, no workers, no room in flight, or a time that is negative or
  /// over 365 days.
  explicit Runner(EventFeed& feed, RunnerOptions options = {});
  /// Waits for handlers that run() stopped waiting for: see RunnerOptions::drain.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Adds a Projector or a Listener; compile errors say what to write when it is not right.
  /// Throws Error(invalid_argument) for a name or a handler used twice, with a read model for a name with a '#' or that
  /// ends in '/' and a number, for StartFrom::latest with a Projector in memory (it is rebuilt from the first event), a
  /// time as the constructor refuses, and while run() runs; then nothing is added.
  template <class H>
  Runner& add(H& handler, HandlerOptions options = {}) {
    static_assert(ProjectorType<H> || ListenerType<H>,
                  "a handler derives from leftfold::Projector<Events> or leftfold::Listener<Events>");
    static_assert(!(ProjectorType<H> && ListenerType<H>), "a handler is a Projector or a Listener, not both");
    if constexpr (ProjectorType<H> || ListenerType<H>) {
      detail::HandlerEntry entry;
      entry.handler = &handler;
      entry.table = HandlerTable::of(handler);
      entry.default_name = handler_name<H>();
      entry.options = std::move(options);
      if constexpr (ProjectorType<H>) {
        static_assert(Resettable<H>, "a Projector needs `void reset()`: make its table empty");
        entry.is_projector = true;
        if constexpr (Resettable<H>) entry.reset = [](void* h) { static_cast<H*>(h)->reset(); };
        if constexpr (HasReadModel<H>) entry.read_model = &static_cast<ReadModel&>(handler.read_model());
      }
      add_entry(std::move(entry));
    }
    return *this;
  }

  /// Runs all handlers until `stop` is requested or one fails for good; then drains: handlers in progress finish, and
  /// the few events that were taken before one already started (up to RunnerOptions::drain), checkpoints are stored.
  /// Without a handler it waits for the stop. Projectors in memory are reset() first. May be called again afterwards:
  /// it begins when handlers that did not finish in time have finished. Throws HandlerFailed when a handler threw,
  /// Error(handler_failed) when a reset() did, Error when the feed or a read model failed for good (the other
  /// subscriptions were drained), and Error(invalid_argument) while it runs already.
  void run(const std::stop_token& stop);

  /// As run(), on a thread of its own until the returned object ends it; wait_until_handled() may be called at once.
  /// Throws Error(invalid_argument) while it runs already, std::system_error when there is no thread to be had.
  [[nodiscard]] Running start();

  /// Waits until every handler has finished everything up to `position` of partition 0: read your own writes. What
  /// another process has, counts as finished when its checkpoint is stored, up to about 100 ms later. It is for a feed
  /// of one partition, such as the store itself: on a broker with several it says nothing of events in the others, and
  /// positions of a store are none of the broker's. Not for use inside a handler, which would wait for itself. Returns
  /// false when `deadline` (on the Runner's clock) or `stop` came first, or the Runner is not running any more; before
  /// the first run() it waits for it.
  [[nodiscard]] bool wait_until_handled(Position position, const std::stop_token& stop, Instant deadline);

  /// Calls `f(handler)` while the handler handles nothing, so that a table in memory can be read safely. It comes in
  /// within about 20 ms, or the time of one event if that takes longer. Keep it short: the handler waits. Not for use
  /// inside the handler. Returns what `f` returns, as a value: a reference into the table would outlive the pause.
  /// Throws Error(invalid_argument) for a handler that was not added.
  template <class H, class F>
  auto read(const H& handler, F&& f) const {
    const detail::HandlerPause pause{gate_of(&handler)};
    return std::forward<F>(f)(handler);
  }

  /// Handles the parked events of one aggregate again, in order, on the calling thread, until one fails; those handled
  /// are gone. `handler` is its name, `sequence` the aggregate's id. While it runs, live events of the aggregate go
  /// behind its letters, in this and in every other process. Works without a run, too. A Runner also re-drives what is
  /// asked of it by DeadLetterStore::request_retry().
  /// Throws Error(not_found) for a handler that was not added, invalid_argument for one without dead letters, and what
  /// the store of dead letters throws: what was handled is gone then, the rest stays parked.
  RedriveReport redrive(std::string_view handler, std::string_view sequence, const std::stop_token& stop = {});

  /// The circuit breaker of a handler, by name; named like its subscription. Throws Error(not_found).
  [[nodiscard]] CircuitBreaker& breaker(std::string_view handler) const;

  /// One entry a handler, in the order they were added.
  [[nodiscard]] std::vector<SubscriptionStatus> status() const;

 private:
  class Impl;
  void add_entry(detail::HandlerEntry entry);
  [[nodiscard]] detail::HandlerGate& gate_of(const void* handler) const;

  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
