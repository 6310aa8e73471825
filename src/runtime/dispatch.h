// SPDX-License-Identifier: Apache-2.0
// Between the poll thread and the workers of one Listener.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <leftfold/event_feed.h>

#include "runtime/failure_handling.h"
#include "runtime/registered_handler.h"
#include "runtime/strands.h"
#include "runtime/subscription_run.h"

namespace leftfold::inline v0::detail {

/// Holds the events in flight: strands, offset windows and the bounds on both. Workers take a strand, handle one event
/// and put it back; one whose event is to be tried again waits without a worker, and the poll thread keeps its time.
/// Handlers that take microseconds stay on one worker: to hand each event to another one would cost more than most of
/// them do. A second one stands by then, and takes over when the first is held up.
/// Any number of threads in work(), one thread for everything else; status() and look() from any.
class Dispatch final : public LiveEvents {
 public:
  /// Events of a partition that a crash may deliver again, at most; more are not taken while one is unfinished.
  static constexpr std::size_t kMaxSpan = 1000;

  Dispatch(RegisteredHandler& handler, SubscriptionRun& run, std::size_t max_in_flight);
  ~Dispatch() override;
  Dispatch(const Dispatch&) = delete;
  Dispatch& operator=(const Dispatch&) = delete;

  /// The poll thread's subscription, to wake it; null before it ends.
  void attach(Subscription* subscription);

  struct Plan {
    std::size_t max;   // events that may be taken
    Instant deadline;  // when the poll thread has something else to do
    struct Hold {
      std::int32_t partition;
      std::int64_t epoch;
      bool on;
    };
    std::vector<Hold> holds;  // to be told to the feed first
  };
  /// What to take next; strands whose time has come are ready from now on. A worker wakes the poll thread when the plan
  /// should change.
  [[nodiscard]] Plan plan();

  void accept(const Assignment& assignment);
  /// Queues the events of partitions it has; those of no interest to the handler are finished at once.
  void push(EventPage events);
  /// The partition is not ours any more: queued events are dropped, results of running ones no longer count.
  /// Returns false when it was not ours under this epoch.
  bool lose(std::int32_t partition, std::int64_t epoch);
  /// The partition is to be released: what was begun is brought to an end until `deadline`.
  bool start_draining(std::int32_t partition, std::int64_t epoch, Instant deadline);

  struct Checkpoint {
    std::int32_t partition;
    std::int64_t epoch;
    Position done;
    bool store;    // not stored yet
    bool release;  // drained: to be given back afterwards
  };
  /// Checkpoints to store now: of drained partitions always, of others when one is due, or all with `all`. The next
  /// ones are due `every` from now.
  [[nodiscard]] std::vector<Checkpoint> due(Instant now, std::chrono::milliseconds every, bool all);
  void stored(const Checkpoint& checkpoint);
  void postpone(Instant until);

  /// Takes nothing any more and brings to an end what was begun: running events, and those below one that was started,
  /// or the watermark would stay below finished events and they would come again. What waits to be tried again is left
  /// for the next owner. Workers end then.
  void close();
  /// Nothing starts any more.
  void abandon();
  /// True when nothing is in flight.
  [[nodiscard]] bool quiet() const;
  /// Waits until quiet() or `deadline`; closed before.
  bool wait_until_quiet(Instant deadline);

  /// A worker's life; ends after close().
  void work();
  /// What work() does with one event, for tests that schedule it themselves. False when none is ready.
  bool step();

  /// Looks at what changes without an event: handlers that take too long, a breaker that somebody closed.
  void look();
  [[nodiscard]] bool handles_now(std::string_view aggregate) const override;
  /// Fills in what it knows.
  void add_to(SubscriptionStatus& status) const;
  [[nodiscard]] bool has_partition() const;

 private:
  // What became of an event in a worker's hands.
  struct Outcome {
    enum class Kind { handled, skipped, parked, wait, blocked, stop };
    Kind kind = Kind::handled;
    Instant until{};
  };
  // What a worker does now.
  struct Busy {
    const RecordedEvent* event = nullptr;
    Instant begun{};
    bool told = false;
  };

  struct Idle {
    std::condition_variable signal;
    bool woken = false;
  };

  // With mutex_ held, released while it waits.
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool leaves_it_to_others(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool handlers_are_short() const noexcept;
  void note_duration(Instant begun);
  void work_one(std::unique_lock<std::mutex>& lock, std::size_t self, std::shared_ptr<const EventPage>& last);
  // A worker, without the mutex.
  [[nodiscard]] Outcome process(Task& task);
  [[nodiscard]] Outcome call_handler(Task& task);
  [[nodiscard]] static Outcome outcome_of(const Decision& decision, Outcome::Kind done);

  // With mutex_ held.
  void finish(Strands::Started& started, const Outcome& outcome);
  void put_back(Strands::Started& started, const Outcome& outcome);
  void stop_before(Strands::Started& started, std::unique_lock<std::mutex>& lock);
  void forget_task(const Task& task);
  [[nodiscard]] bool may_park_early(const Trouble& trouble) const;
  void let_others_pass(const AssignedPartition& partition);
  [[nodiscard]] bool overflows(const Strand& strand, const Trouble& trouble) const;
  [[nodiscard]] std::size_t room_of_partitions(std::size_t room, std::vector<Plan::Hold>& holds);
  [[nodiscard]] std::size_t room_behind_breaker(std::size_t room, Instant now, Instant& deadline);
  [[nodiscard]] AssignedPartition* find(std::int32_t partition, std::int64_t epoch);
  void drop_if(const std::function<bool(const AssignedPartition&, Position)>& unwanted);
  void drop_all_of(const AssignedPartition& lost);
  void drop_waiting(const std::function<bool(const AssignedPartition&)>& unwanted);
  [[nodiscard]] bool wants_more() const noexcept;
  void wake_worker();
  void wake_last();
  void wake_workers();
  void wake_poll_thread() noexcept;

  RegisteredHandler& handler_;
  FailureHandling& failures_;
  SubscriptionRun& run_;
  const std::size_t max_in_flight_;

  mutable std::mutex mutex_;
  std::vector<Idle*> idle_;  // workers waiting; the last one is woken first, while its caches are warm
  std::condition_variable stand_by_;
  std::condition_variable_any quiet_;
  Subscription* subscription_ = nullptr;
  std::map<std::int32_t, std::shared_ptr<AssignedPartition>> partitions_;
  Strands strands_;
  std::vector<Busy> busy_;                                        // one a worker
  std::size_t in_flight_ = 0;                                     // queued, waiting and running
  std::size_t active_ = 0;                                        // workers with an event
  std::uint64_t started_ = 0;                                     // events, each time
  bool waking_ = false;                                           // a worker was notified and does not run yet
  bool standing_by_ = false;                                      // a worker looks whether the active ones go on
  std::chrono::nanoseconds usual_{std::chrono::milliseconds{1}};  // what an event takes, those of late counting most
  bool closed_ = false;
  bool waits_for_room_ = false;   // the poll thread takes nothing until there is room
  bool held_by_breaker_ = false;  // it takes nothing, or not all, because of the breaker
  bool waits_for_ever_ = false;   // the poll thread has no checkpoint to store
  bool ask_again_ = false;        // a call ended while strands are blocked: one of them may be let through
  Instant unblock_at_ = kNever;   // when the breaker lets a blocked one through, if nothing changes before
  std::uint64_t seen_changes_ = 0;
  Instant planned_{};  // the deadline the poll thread was given
  Instant next_checkpoint_{};
  Position seen_;
  std::uint64_t handled_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t parked_ = 0;
  std::uint64_t fenced_ = 0;
};

}  // namespace leftfold::inline v0::detail
