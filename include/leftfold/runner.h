// Runner: delivers stored events to Listeners and Projectors.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/event_feed.h>
#include <leftfold/handler_table.h>
#include <leftfold/listener.h>
#include <leftfold/log.h>
#include <leftfold/projector.h>

namespace leftfold {

struct RunnerOptions {
  std::string group = "example-group";  ///< checkpoints are kept under "<group>.<handler>"; one group a service
  std::size_t workers = 10;             ///< threads of a Listener that may run in parallel (KAFKA_CONSUMER_MAX_PARALLEL_HANDLES)
  std::size_t max_in_flight = 30;       ///< events of a Listener taken and not finished (KAFKA_CONSUMER_MAX_QUEUE_SIZE)
  std::chrono::milliseconds drain{30'000};  ///< how long run() waits for handlers in progress after a stop
  Clock* clock = &system_clock();       ///< must outlive the Runner
  Logger* log = &no_log();              ///< must outlive the Runner
};

/// Settings of one handler; zero or empty means the Runner's.
struct HandlerOptions {
  std::string name;                ///< empty: handler_name<H>()
  std::size_t workers = 0;         ///< Listeners: 0 = 1, or RunnerOptions::workers if every `on` is const
  std::size_t max_in_flight = 0;   ///< Listeners
  std::size_t batch = 256;         ///< Projectors: most events in one transaction
  StartFrom start = StartFrom::beginning;          ///< where a handler without a checkpoint starts
  std::chrono::milliseconds checkpoint_every{100}; ///< Listeners: events finished since are delivered again after a crash
};

/// What a subscription is doing, as status() reports it.
struct SubscriptionStatus {
  std::string name;        ///< "<group>.<handler>"
  std::string kind;        ///< "listener" or "projector"
  std::string state;       ///< "starting", "waiting" (another process has the work), "running", "stopped", "failed"
  Position done;           ///< everything up to here is finished
  Position head;           ///< newest event seen in the feed
  std::uint64_t handled = 0;  ///< calls of `on` that returned, since start
  std::uint64_t passed = 0;   ///< events of no interest to the handler, since start
  std::size_t in_flight = 0;  ///< taken and not finished
};

/// A handler failed and its subscription stopped before the event; nothing was skipped, the next run starts there.
/// Immutable.
class HandlerFailed final : public Error {
 public:
  HandlerFailed(std::string subscription, const EventMetadata& event, std::string cause);
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

// What the Runner keeps of a handler.
struct HandlerEntry {
  void* handler = nullptr;
  HandlerTable table;
  std::string_view default_name;
  bool is_projector = false;
  ReadModel* read_model = nullptr;     // projectors with one
  void (*reset)(void*) = nullptr;      // projectors
  HandlerOptions options;
};

}  // namespace detail

/// Runs handlers over a feed: per Listener a strand an aggregate and N workers, per Projector one batch at a time.
/// Add every handler, then run(). add() and run(): one thread; everything else: any thread, also while run() runs.
/// The feed and the handlers must outlive it.
class Runner {
 public:
  explicit Runner(EventFeed& feed, RunnerOptions options = {});
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Adds a Projector or a Listener; compile errors say what to write when it is not right.
  /// Throws Error(invalid_argument) for a name used twice.
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

  /// Runs all handlers until `stop` is requested or one fails; then drains: handlers in progress finish (up to
  /// RunnerOptions::drain), checkpoints are stored. May be called again afterwards.
  /// Throws HandlerFailed when a handler threw, Error when the feed failed for good; the others were drained.
  void run(const std::stop_token& stop);

  /// Waits until every handler has finished everything up to `position` of partition 0: read your own writes.
  /// Returns false when `deadline` (on the Runner's clock) or `stop` came first, or the Runner is not running any more.
  [[nodiscard]] bool wait_until_handled(Position position, const std::stop_token& stop, Instant deadline);

  /// Calls `f(handler)` while the handler handles nothing, so that a table in memory can be read safely.
  /// Returns what `f` returns. Keep it short: the handler waits.
  template <class H, class F>
  decltype(auto) read(const H& handler, F&& f) const {
    const std::unique_lock<std::mutex> pause = lock_handler(&handler);
    return std::forward<F>(f)(handler);
  }

  /// One entry a handler, in the order they were added.
  [[nodiscard]] std::vector<SubscriptionStatus> status() const;

 private:
  class Impl;
  void add_entry(detail::HandlerEntry entry);
  // Throws Error(invalid_argument) for a handler that was not added.
  [[nodiscard]] std::unique_lock<std::mutex> lock_handler(const void* handler) const;

  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold
