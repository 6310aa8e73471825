// SPDX-License-Identifier: Apache-2.0
#include "runtime/projector_loop.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace leftfold::inline v0::detail {
namespace {

constexpr std::chrono::seconds kBreakerLook{1};  // somebody may reset a breaker, and nobody tells
constexpr std::chrono::seconds kTablesLook{10};  // or put other tables in the place of these, and no event comes

}  // namespace

ProjectorLoop::ProjectorLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run,
                             std::size_t batch)
    : SubscriptionLoop{feed, handler, std::move(run)},
      failures_{*handler.failures},
      batch_{batch},
      may_repeat_{feed.may_repeat()} {
  if (handler.kind() == SubscriptionKind::gated) gated_.emplace(handler, run_->clock(), may_repeat_);
}

void ProjectorLoop::prepare() {
  if (gated_) return;
  const InsideGate inside{handler_.gate};
  reset(handler_);
  if (may_repeat_) versions_.emplace();
}

void ProjectorLoop::attach(Subscription* subscription) {
  const std::scoped_lock lock{status_mutex_};
  to_wake_ = subscription;
}

bool ProjectorLoop::turn(Subscription& subscription) {
  subscription_ = &subscription;
  if (!resume(subscription)) return false;
  const Plan next = plan();
  report();
  Taken taken;
  if (!retry_.call("take", [&] { taken = subscription.take(next.max, run_->halted(), next.deadline); })) return false;
  reassign(taken);
  if (!push(subscription, taken.events)) return false;
  if (next.deadline == kNever) return true;
  const Instant now = run_->clock().instant();
  if (now >= next_store_) store_passed(subscription, false);
  if (gated_ && now >= next_look_) look_at_tables(subscription);
  return true;
}

// What to take next, and when there is something else to do.
ProjectorLoop::Plan ProjectorLoop::plan() {
  CircuitBreaker& breaker = failures_.breaker();
  const std::optional<Instant> closed = breaker.closed_until();
  Plan next{size_, closed ? std::min(*closed, run_->clock().instant() + kBreakerLook) : kNever};
  if (gated_ && !parts_.empty()) next.deadline = std::min(next.deadline, next_look_);
  bool holds = false;
  for (auto& [id, part] : parts_) {
    if (gated_ && part.done != part.place.done) next.deadline = std::min(next.deadline, next_store_);
    hold_if_full(id, part);
    if (!part.held) continue;
    holds = true;
    const std::size_t span = part.held->window().span();
    const std::size_t room = part.full ? next.max : HeldEvents::kMaxSpan - std::min(HeldEvents::kMaxSpan, span);
    next.max = part.held->has_set_aside() ? 0 : std::min(next.max, room);
    if (!closed) next.deadline = std::min(next.deadline, part.held->next_due());
  }
  // The partition stays ours. One event to ask for, or the breaker could not tell that somebody wants to know.
  if (closed) next.max = holds ? 0 : 1;
  if (breaker.state() == BreakerState::half_open) next.max = std::min(next.max, failures_.options().breaker.probes);
  const std::scoped_lock lock{status_mutex_};
  breaker_waits_ = closed.has_value();
  return next;
}

// One partition must not keep the others out; until it is half empty, so that it does not come and go with every event.
void ProjectorLoop::hold_if_full(std::int32_t id, Part& part) {
  const std::size_t span = part.held ? part.held->window().span() : 0;
  const bool full = parts_.size() > 1 && span >= (part.full ? HeldEvents::kMaxSpan / 2 : HeldEvents::kMaxSpan);
  if (full != std::exchange(part.full, full)) subscription_->hold(id, part.epoch, full);
}

// Takes up what waited long enough.
bool ProjectorLoop::resume(Subscription& subscription) {
  const Instant now = run_->clock().instant();
  const bool closed = failures_.breaker().closed_until().has_value();
  std::vector<std::int32_t> due;
  for (auto& [id, part] : parts_) {
    if (!part.held) continue;
    if (closed) {
      part.held->each_due(now, [this](Delivery& delivery) { failures_.blocked(delivery.troubles()); });
    } else if (part.held->next_due() <= now) {
      due.push_back(id);
    }
  }
  for (const std::int32_t id : due) {
    const auto part = parts_.find(id);
    if (part == parts_.end() || !part->second.held) continue;
    Deliveries todo = part->second.held->take_due(now);
    for (const Delivery& delivery : todo) {
      if (delivery.trouble) failures_.unblocked(*delivery.trouble);
    }
    if (!deliver(subscription, id, std::move(todo))) return false;
  }
  return true;
}

bool ProjectorLoop::push(Subscription& subscription, const EventPage& events) {
  std::map<std::int32_t, Deliveries> by_partition;
  for (const RecordedEvent& event : events) {
    const auto at = parts_.find(event.partition);
    if (at == parts_.end() || event.position <= at->second.last()) continue;
    Part& part = at->second;
    Delivery delivery{event};
    if (part.held && !concerns(delivery)) {
      part.held->window().pass(event.position);
      moved(event.partition, part, part.held->window().done());
      const std::scoped_lock lock{status_mutex_};
      ++status_.passed;
    } else {
      if (part.held) part.held->window().open(event.position);
      by_partition[event.partition].push_back(std::move(delivery));
    }
  }
  for (auto& [id, todo] : by_partition) {
    if (!deliver(subscription, id, std::move(todo))) return false;
  }
  return true;
}

// The read model was put back to an older state, or somebody removed the checkpoint. Giving the partition back and
// getting it again is the way to read its events again.
void ProjectorLoop::reopen(Subscription& subscription, std::int32_t id) {
  log(LogLevel::warn, "the read model's checkpoint is not where it was left; continues from the read model's",
      {{"partition", std::to_string(id)}});
  const std::int64_t epoch = parts_[id].epoch;
  parts_.erase(id);
  gated_->forget(id);
  handler_.marks.forget(id);
  static_cast<void>(retry_.call("release", [&] { subscription.release(id, epoch); }));
}

void ProjectorLoop::store_passed(Subscription& subscription, bool all) {
  if (!gated_) return;
  next_store_ = run_->clock().instant() + handler_.entry.options.checkpoint_every;
  std::vector<std::int32_t> behind;
  std::vector<std::int32_t> elsewhere;
  for (auto& [id, part] : parts_) {
    if (part.done == part.place.done) continue;
    GatedProjection::Commit commit{};
    const auto store = [&, partition = id, &entry = part] {
      commit = gated_->pass(partition, entry.place, entry.done);
    };
    if (all) {
      store();
    } else if (!retry_.call("read model", store)) {
      return;
    }
    if (commit == GatedProjection::Commit::behind) behind.push_back(id);
    if (commit == GatedProjection::Commit::elsewhere) elsewhere.push_back(id);
  }
  if (!all) settle_places(subscription, behind, elsewhere);
}

// A replay puts back where the tables are, or somebody removed the checkpoint. Each event would show it, where one
// comes.
void ProjectorLoop::look_at_tables(Subscription& subscription) {
  next_look_ = run_->clock().instant() + kTablesLook;
  std::vector<std::int32_t> behind;
  std::vector<std::int32_t> elsewhere;
  try {
    for (auto& [id, part] : parts_) {
      const GatedProjection::Commit found = gated_->pass(id, part.place, part.place.done);
      if (found == GatedProjection::Commit::behind) behind.push_back(id);
      if (found == GatedProjection::Commit::elsewhere) elsewhere.push_back(id);
    }
  } catch (const Error& error) {
    if (!error.retryable()) throw;  // else the next look tells, or the next event
  }
  settle_places(subscription, behind, elsewhere);
}

void ProjectorLoop::settle_places(Subscription& subscription, const std::vector<std::int32_t>& behind,
                                  const std::vector<std::int32_t>& elsewhere) {
  for (const std::int32_t id : behind) reopen(subscription, id);
  for (const std::int32_t id : elsewhere) {
    Deliveries none;
    if (!catch_up(subscription, id, none)) return;
  }
}

void ProjectorLoop::drain(Subscription& subscription) { store_passed(subscription, true); }

bool ProjectorLoop::give_up(const Revocation& revocation) {
  const auto part = parts_.find(revocation.partition);
  if (part == parts_.end() || part->second.epoch != revocation.epoch) return false;
  parts_.erase(part);
  handler_.marks.forget(revocation.partition);
  if (gated_) gated_->forget(revocation.partition);
  log(revocation.lost ? LogLevel::warn : LogLevel::info,
      revocation.lost ? "lost a partition" : "gives a partition back",
      {{"partition", std::to_string(revocation.partition)}});
  // No handler runs between two takes. What waits, waits at the next owner; passed events are passed again.
  if (!revocation.lost) {
    static_cast<void>(retry_.call("release", [&] { subscription_->release(revocation.partition, revocation.epoch); }));
  }
  const std::scoped_lock lock{status_mutex_};
  assigned_ = !parts_.empty();
  return true;
}

void ProjectorLoop::accept(const Assignment& assignment) {
  GatedProjection::Place place{assignment.checkpoint, 0};
  if (gated_) {
    // In this order: what is parked after the rows were read moves the place, and what is re-driven has a row.
    if (!retry_.call("read model", [&] { place = gated_->open(assignment); }) || !load_parked()) return;
    if (place.done != assignment.checkpoint &&
        !retry_.call("seek", [&] { subscription_->seek(assignment.partition, assignment.epoch, place.done); })) {
      return;
    }
  }
  if (!check_not_ahead(assignment, place.done)) return;
  if (versions_ && assignment.checkpoint > Position::start()) versions_->begin_anywhere();
  if (parts_.empty()) next_look_ = run_->clock().instant() + kTablesLook;
  Part& part = parts_[assignment.partition];
  part = {};
  part.epoch = assignment.epoch;
  part.place = place;
  part.done = place.done;
  handler_.publish(assignment.partition, place.done);
  log_assigned(assignment, place.done);
  const std::scoped_lock lock{status_mutex_};
  assigned_ = true;
  if (assignment.partition == 0) status_.done = place.done;
}

// Another thread: a breaker that somebody closed, and a handler that takes long.
void ProjectorLoop::look() {
  const bool closed = failures_.breaker().closed_until().has_value();
  bool late = false;
  {
    const std::scoped_lock lock{status_mutex_};
    if (breaker_waits_ && !closed && to_wake_ != nullptr) to_wake_->wake();
    late = busy_since_ && !told_ && run_->clock().instant() - *busy_since_ >= failures_.options().handler_timeout;
    if (late) told_ = true;
  }
  if (late) {
    log(LogLevel::warn, "the handler takes long; later events wait",
        {{"handler_timeout_ms", std::to_string(failures_.options().handler_timeout.count())}});
  }
}

void ProjectorLoop::report() {
  std::size_t waiting = 0;
  std::size_t in_flight = 0;
  for (const auto& [id, part] : parts_) {
    if (!part.held) continue;
    waiting += part.held->aggregates();
    in_flight += part.held->events();
  }
  const std::scoped_lock lock{status_mutex_};
  if (status_.in_flight != in_flight) failures_.metrics().in_flight(in_flight);
  status_.waiting = waiting;
  status_.in_flight = in_flight;
}

void ProjectorLoop::add_to(SubscriptionStatus& status) const {
  const std::scoped_lock lock{status_mutex_};
  status.done = status_.done;
  status.head = status_.head;
  status.handled = status_.handled;
  status.passed = status_.passed;
  status.parked = status_.parked;
  status.in_flight = status_.in_flight;
  status.waiting = status_.waiting;
}

bool ProjectorLoop::has_partition() const {
  const std::scoped_lock lock{status_mutex_};
  return assigned_;
}

}  // namespace leftfold::inline v0::detail
