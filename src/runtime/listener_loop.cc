// SPDX-License-Identifier: Apache-2.0
#include "runtime/listener_loop.h"

#include <utility>

namespace leftfold::inline v0::detail {

ListenerLoop::ListenerLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run,
                           std::size_t workers, std::size_t max_in_flight)
    : SubscriptionLoop{feed, handler, std::move(run)},
      workers_{workers},
      dispatch_{handler, *run_, max_in_flight},
      checkpoint_retry_{*run_} {}

void ListenerLoop::start() {
  SubscriptionLoop::start();
  for (std::size_t i = 1; i <= workers_; ++i) {
    std::string name{'w'};
    name.append(std::to_string(i)).append(":").append(handler_.name);
    start_thread(name, nullptr, [this] { dispatch_.work(); });
  }
}

void ListenerLoop::attach(Subscription* subscription) {
  dispatch_.attach(subscription);
  if (subscription == nullptr) dispatch_.abandon();  // also when there never was a subscription
}

bool ListenerLoop::turn(Subscription& subscription) {
  const Dispatch::Plan plan = dispatch_.plan();
  for (const Dispatch::Plan::Hold& hold : plan.holds) subscription.hold(hold.partition, hold.epoch, hold.on);
  Taken taken;
  if (!retry_.call("take", [&] { taken = subscription.take(plan.max, run_->halted(), plan.deadline); })) return false;
  reassign(taken);
  dispatch_.push(std::move(taken.events));
  store_checkpoints(subscription, false);
  return true;
}

bool ListenerLoop::give_up(const Revocation& revocation) {
  if (revocation.lost) {
    if (!dispatch_.lose(revocation.partition, revocation.epoch)) return false;
    log(LogLevel::warn, "lost a partition; what is in progress will be delivered again elsewhere",
        {{"partition", std::to_string(revocation.partition)}});
    return true;
  }
  if (!dispatch_.start_draining(revocation.partition, revocation.epoch, run_->clock().instant() + run_->drain()))
    return false;
  log(LogLevel::info, "gives a partition back", {{"partition", std::to_string(revocation.partition)}});
  return true;
}

void ListenerLoop::accept(const Assignment& assignment) {
  if (!check_not_ahead(assignment, assignment.checkpoint) || !load_parked()) return;
  dispatch_.accept(assignment);
  log_assigned(assignment, assignment.checkpoint);
}

void ListenerLoop::store_checkpoints(Subscription& subscription, bool all) {
  const Instant now = run_->clock().instant();
  for (const Dispatch::Checkpoint& checkpoint : dispatch_.due(now, handler_.entry.options.checkpoint_every, all)) {
    bool ours = true;
    try {
      if (checkpoint.store) {
        ours = subscription.checkpoint(checkpoint.partition, checkpoint.epoch, checkpoint.done);
        checkpoint_retry_.recovered("checkpoint");
        if (ours) dispatch_.stored(checkpoint);
      }
    } catch (const Error& error) {
      if (!error.retryable()) throw;
      dispatch_.postpone(now + checkpoint_retry_.note("checkpoint", error));
    }
    if (!ours) {
      log(LogLevel::warn, "another process took a partition over; what is in progress will be delivered again there",
          {{"partition", std::to_string(checkpoint.partition)}, {"epoch", std::to_string(checkpoint.epoch)}});
      dispatch_.lose(checkpoint.partition, checkpoint.epoch);
    } else if (checkpoint.release) {
      dispatch_.lose(checkpoint.partition, checkpoint.epoch);
      if (!retry_.call("release", [&] { subscription.release(checkpoint.partition, checkpoint.epoch); })) return;
    }
  }
}

// Goes on talking to the feed while handlers finish, so that it sees us alive and can say that a partition is lost.
void ListenerLoop::drain(Subscription& subscription) {
  const Instant deadline = run_->drain_deadline();
  dispatch_.close();
  try {
    while (!dispatch_.quiet() && run_->clock().instant() < deadline) {
      Taken taken = subscription.take(0, {}, deadline);
      taken.assigned.clear();  // goes back with the subscription
      reassign(taken);
    }
  } catch (const Error&) {
    dispatch_.wait_until_quiet(deadline);  // the feed does not answer; the checkpoint below says so if it lasts
  }
  if (!dispatch_.quiet()) {
    log(LogLevel::warn, "handlers did not finish in time; their events will be delivered again",
        {{"drain_ms", std::to_string(run_->drain().count())}});
    dispatch_.abandon();
  }
  store_checkpoints(subscription, true);
}

}  // namespace leftfold::inline v0::detail
