// SPDX-License-Identifier: Apache-2.0
// One process of a simulation: the runtime's own Dispatch, FailureHandling and Redriver, driven step by step.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/listener.h>

#include "runtime/dispatch.h"
#include "runtime/redriver.h"
#include "simulated_letters.h"
#include "simulated_options.h"
#include "support.h"

namespace leftfold::runtime_test {

/// Does what the poll thread, the workers and the supervisor of a process do, when it is told to. Calls may come while
/// others are under way: from a handler or a store that says the world may go on (World::interrupt).
class SimulatedProcess {
 public:
  SimulatedProcess(World& world, int number, const ProcessOptions& options)
      : world_{world},
        number_{number},
        max_in_flight_{options.max_in_flight},
        letters_{world, dead_},
        live_(world.ledger.aggregates()),
        redriven_(world.ledger.aggregates()) {
    handler_.process = this;
    registered_.entry.handler = &handler_;
    registered_.entry.table = HandlerTable::of(handler_);
    registered_.entry.options.failures = options.failures;
    registered_.name = "Simulated";
    registered_.subscription = kSubscription;
    registered_.workers = 10;
    registered_.signal = &signal_;
    registered_.metrics =
        std::make_unique<detail::HandlerMetrics>(no_metrics(), "Simulated", "listener", registered_.entry.table);
    detail::FailureHandling::Surroundings around;
    around.clock = &world.clock;
    around.log = &no_log();
    around.metrics = registered_.metrics.get();
    around.dead_letters = &letters_;
    around.node = "p" + std::to_string(number);
    registered_.failures =
        std::make_unique<detail::FailureHandling>(kSubscription, options.failures, std::move(around));
    run_ = std::make_shared<detail::RunContext>(world.clock, no_log(), std::chrono::seconds{30});
    session_ = std::make_shared<detail::SubscriptionRun>(run_, kSubscription, options.failures.on_fatal);
    dispatch_.emplace(registered_, *session_, max_in_flight_);
    dispatch_->attach(&feed_);
  }

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] std::string name() const { return "p" + std::to_string(number_); }
  [[nodiscard]] bool dead() const noexcept { return dead_; }
  [[nodiscard]] bool failed() const { return session_->failed(); }
  [[nodiscard]] detail::Dispatch& dispatch() { return *dispatch_; }
  [[nodiscard]] CircuitBreaker& breaker() { return registered_.failures->breaker(); }

  /// Its writes reach nothing from now on, and what it does has no effect.
  void crash() { dead_ = true; }
  void assign(const Assignment& assignment) {
    assigned_.push_back(assignment);
    feed_.wake();
  }
  void revoke(const Revocation& revocation) {
    revoked_.push_back(revocation);
    feed_.wake();
  }

  /// A worker handles what is ready.
  bool step() {
    const Inside inside{redrives_, false};
    const bool worked = dispatch_->step();
    check_in_flight();
    return worked;
  }
  /// The poll thread's wait ends: it takes at most so many events, and plans what to wait for next.
  void turn(std::size_t most) {
    if (std::exchange(polling_, true)) return;
    feed_.woken = false;
    if (reassign()) {
      take(std::min(most, room_));
      store_checkpoints(false);
    }
    const detail::Dispatch::Plan plan = dispatch_->plan();
    deadline_ = plan.deadline;
    room_ = plan.max;
    polling_ = false;
  }
  /// Whether the poll thread's wait is over.
  [[nodiscard]] bool turn_is_due() const {
    return feed_.woken || !assigned_.empty() || !revoked_.empty() || world_.clock.instant() >= deadline_ ||
           (room_ > 0 && has_events());
  }
  [[nodiscard]] Instant deadline() const noexcept { return deadline_; }

  /// The end of a session: what was begun is brought to an end.
  void stop() {
    dispatch_->close();
    while (step()) {
    }
    if (dead_) return;
    if (!dispatch_->quiet()) world_.trail.broken(name() + " was closed and did not get quiet");
    store_checkpoints(true);
    crash();
  }
  /// What a worker does about one parked aggregate.
  std::string redrive(const std::string& sequence) {
    if (std::exchange(redriving_, true)) return "is at it";
    const Inside inside{redrives_, true};
    std::string end = "threw";
    try {
      end = std::to_string(static_cast<int>(redriver_.redrive(registered_, sequence, {}).end));
    } catch (const Error&) {  // the store refused, or this process died
    }
    redriving_ = false;
    return end;
  }
  void look_after() {
    if (std::exchange(redriving_, true)) return;
    const Inside inside{redrives_, true};
    try {
      redriver_.look_after(registered_, {});
    } catch (const Error&) {
    }
    redriving_ = false;
  }

  /// The handler.
  void handle(const EventMetadata& meta) {
    const std::size_t aggregate = Ledger::aggregate_of(meta.aggregate_id);
    const std::int64_t version = meta.version.value();
    ++world_.progress;
    world_.trail.add("  " + name() + " handles " + Ledger::name(aggregate, version));
    world_.ledger.begins(aggregate, version);
    check_alone(aggregate, version);
    int& running = (redrives_ ? redriven_ : live_)[aggregate];
    ++running;
    struct Leave {
      int& count;
      ~Leave() { --count; }
    } leave{running};
    world_.interrupt();
    if (dead_ && world_.chance.one_in(2)) throw Error{Errc::unavailable, "died before the effect"};
    fail_or_return(world_.ledger.fact(aggregate, version), aggregate, version);
    world_.interrupt();
  }

 private:
  struct Handler : Listener<TestEvents> {
    void on(const Counted&, const EventMetadata& meta) const { process->handle(meta); }
    SimulatedProcess* process = nullptr;
  };
  struct Cursor {
    std::int64_t epoch = 0;  // 0: not ours
    std::int64_t taken = 0;
  };

  // One handler of an aggregate at a time, also when a zombie parked what this process has in hand.
  void check_alone(std::size_t aggregate, std::int64_t version) {
    if (live_[aggregate] == 0 && redriven_[aggregate] == 0) return;
    world_.trail.broken(name() + " has two handlers of one aggregate at once: " + Ledger::name(aggregate, version));
  }

  void fail_or_return(Fact& fact, std::size_t aggregate, std::int64_t version) {
    if (world_.outage) throw Unavailable{"the dependency is down"};
    if (world_.undeclared_outage) {
      ++fact.failures_not_declared;
      throw std::runtime_error{"something is wrong"};
    }
    const bool again = fact.handled;
    const bool fails = !again && !fact.fixed && fact.fault != Fault::none && fact.fault != Fault::duplicate &&
                       ((fact.fault != Fault::transient && fact.fault != Fault::fatal) || fact.failures_left > 0);
    if (fails) {
      --fact.failures_left;
      ++fact.failures_not_declared;
      if (fact.fault == Fault::permanent) throw Park{"never"};
      if (fact.fault == Fault::fatal) throw Stop{"nothing works"};
      throw std::runtime_error{"not now"};
    }
    world_.ledger.handled(aggregate, version);
    if (fact.fault == Fault::duplicate) throw EffectExists{"is there"};
  }

  bool reassign() {
    for (const Revocation& revocation : std::exchange(revoked_, {})) {
      const bool never_accepted = std::erase_if(assigned_, [&](const Assignment& a) {
                                    return a.partition == revocation.partition && a.epoch == revocation.epoch;
                                  }) > 0;
      if (never_accepted && !revocation.lost) give_back(revocation.partition, revocation.epoch);
      const bool ours = revocation.lost ? dispatch_->lose(revocation.partition, revocation.epoch)
                                        : dispatch_->start_draining(revocation.partition, revocation.epoch,
                                                                    world_.clock.instant() + std::chrono::seconds{30});
      Cursor& cursor = cursors_.at(static_cast<std::size_t>(revocation.partition));
      if (ours && cursor.epoch == revocation.epoch) cursor = {};
    }
    while (!assigned_.empty()) {
      const Assignment assignment = assigned_.front();
      try {
        registered_.failures->load_parked();
      } catch (const Error&) {
        return !dead_;  // again at the next turn
      }
      if (dead_) return false;
      std::erase_if(assigned_, [&](const Assignment& a) {
        return a.partition == assignment.partition && a.epoch == assignment.epoch;
      });
      dispatch_->accept(assignment);
      cursors_.at(static_cast<std::size_t>(assignment.partition)) = {assignment.epoch, assignment.checkpoint.value()};
    }
    return true;
  }

  [[nodiscard]] bool has_events() const {
    for (std::size_t i = 0; i < kPartitions; ++i) {
      if (cursors_.at(i).epoch > 0 && cursors_.at(i).taken < std::ssize(world_.partitions.at(i).log)) return true;
    }
    return false;
  }

  void take(std::size_t most) {
    EventPage page;
    for (std::size_t i = 0; i < kPartitions; ++i) {
      Cursor& cursor = cursors_.at(i);
      const auto& log = world_.partitions.at(i).log;
      while (cursor.epoch > 0 && cursor.taken < std::ssize(log) && page.size() < most) {
        page.add(log[static_cast<std::size_t>(cursor.taken++)].view());
        ++world_.progress;
      }
    }
    dispatch_->push(std::move(page));
    check_in_flight();
  }

  void store_checkpoints(bool all) {
    for (const detail::Dispatch::Checkpoint& checkpoint :
         dispatch_->due(world_.clock.instant(), std::chrono::milliseconds{100}, all)) {
      world_.interrupt();
      if (dead_) return;
      bool ours = true;
      if (checkpoint.store) {
        ours = world_.checkpoint(checkpoint.partition, checkpoint.epoch, checkpoint.done);
        world_.interrupt();
        if (dead_) return;
        if (ours) dispatch_->stored(checkpoint);
      }
      if (ours && !checkpoint.release) continue;
      dispatch_->lose(checkpoint.partition, checkpoint.epoch);
      Cursor& cursor = cursors_.at(static_cast<std::size_t>(checkpoint.partition));
      if (cursor.epoch == checkpoint.epoch) cursor = {};
      if (ours) give_back(checkpoint.partition, checkpoint.epoch);
    }
  }
  void give_back(std::int32_t id, std::int64_t epoch) {
    World::Partition& partition = world_.partitions.at(static_cast<std::size_t>(id));
    if (partition.epoch == epoch) partition.owner = 0;
  }

  void check_in_flight() {
    SubscriptionStatus status;
    dispatch_->add_to(status);
    if (status.in_flight > max_in_flight_) world_.trail.broken(name() + " has more in flight than allowed");
  }

  World& world_;
  const int number_;
  const std::size_t max_in_flight_;
  bool dead_ = false;
  bool polling_ = false;    // its poll thread is in a turn
  bool redriving_ = false;  // its re-drive thread is at it
  SimulatedLetters letters_;
  Handler handler_;
  detail::HandledSignal signal_;
  detail::RegisteredHandler registered_;
  std::shared_ptr<detail::RunContext> run_;
  std::shared_ptr<detail::SubscriptionRun> session_;
  SimulatedFeed feed_;
  std::optional<detail::Dispatch> dispatch_;
  detail::Redriver redriver_{world_.clock, no_log()};
  std::vector<Assignment> assigned_;  // not accepted yet
  std::vector<Revocation> revoked_;   // not noticed yet
  std::array<Cursor, kPartitions> cursors_{};
  Instant deadline_ = Instant::min();
  std::size_t room_ = 0;
  bool redrives_ = false;      // what happens now is a re-drive, not live
  std::vector<int> live_;      // handlers at work, an aggregate
  std::vector<int> redriven_;  // those of re-drives
};

}  // namespace leftfold::runtime_test
