// SPDX-License-Identifier: Apache-2.0
// The part of ProjectorLoop that decides what becomes of events.
#include <algorithm>
#include <utility>

#include "runtime/handler_failed.h"
#include "runtime/projector_loop.h"

namespace leftfold::inline v0::detail {

using Commit = GatedProjection::Commit;

bool ProjectorLoop::receives(const Delivery& delivery) const {
  return delivery.next != Delivery::Next::handle || handler_.entry.table.handles(delivery.event->type);
}

// Whether something has to be decided about it: with a version gate about every event of an aggregate.
bool ProjectorLoop::concerns(const Delivery& delivery) const { return may_repeat_ || receives(delivery); }

// The one that waits, waits for it, or for one after it.
bool ProjectorLoop::comes_before(HeldEvents& held, const RecordedEvent& event) const {
  if (!may_repeat_ || event.version == Version::none() || !held.waits(event.aggregate_id)) return false;
  const Delivery& first = held.queue_of(event.aggregate_id).first;
  return first.trouble && first.trouble->missing_since && event.version < first.event->version;
}

// `todo` is in an order that keeps that of each aggregate. While nothing is held it is all that is unfinished.
bool ProjectorLoop::deliver(Subscription& subscription, std::int32_t id, Deliveries todo) {
  for (bool first = true;; first = false) {
    if (run_->halted().stop_requested()) return false;
    const auto at = parts_.find(id);
    if (at == parts_.end()) return true;  // given back meanwhile; the rest comes again
    Part& part = at->second;
    sort_out(part, todo);
    if (todo.empty()) {
      if (part.held && part.held->over()) part.held.reset();
      return true;
    }
    const Instant begin = run_->clock().instant();
    EventRun run;
    const std::optional<Commit> commit = run_once(id, part, todo, run);
    if (!commit) return false;
    if (*commit == Commit::behind) {
      reopen(subscription, id);
      return !run_->halted().stop_requested();
    }
    if (*commit == Commit::elsewhere) {
      if (!catch_up(subscription, id, todo)) return false;
      continue;
    }
    const auto end = todo.begin() + static_cast<std::ptrdiff_t>(run.finished);
    finish(id, part, {todo.begin(), end});
    todo.erase(todo.begin(), end);
    // The next take() brings about what one budget handles, so that a stop or a revocation is noticed soon.
    if (first && !todo.empty() && !run.thrown && !run.blocked && run.turn == VersionGate::Turn::next) {
      size_ = std::max<std::size_t>(1, run.finished);
    } else if (first && (run_->clock().instant() - begin) * 4 < budget_of(handler_)) {
      size_ = std::min(batch_, size_ * 4);
    }
    if (!todo.empty() && !settle(part, todo, run)) return false;
  }
}

// Puts what is behind a waiting event behind it, and parks what is behind a parked one.
void ProjectorLoop::sort_out(Part& part, Deliveries& todo) {
  for (Delivery& delivery : todo) {
    if (delivery.event == nullptr || delivery.next != Delivery::Next::handle) continue;
    const RecordedEvent& event = *delivery.event;
    const bool waits = part.held && part.held->aggregates() > 0;
    const bool to_park = delivery.trouble && delivery.trouble->to_park;
    const bool may_follow = !to_park && gated_ && failures_.may_be_parked(event.aggregate_id);
    if ((!waits && !to_park && !may_follow) || !concerns(delivery)) continue;
    if (waits && comes_before(*part.held, event)) {
      part.held->wake(event.aggregate_id);  // its turn may come right after this one
    } else if (waits && part.held->wait_behind(delivery)) {
      delivery.event = nullptr;
      park_if_many_wait(*part.held, event.aggregate_id);
      continue;
    }
    if ((!to_park && !may_follow) || !receives(delivery)) continue;
    const Decision decision =
        to_park ? failures_.park(event, *delivery.trouble) : failures_.follow(event, delivery.troubles());
    if (decision.step == NextStep::done) {
      delivery.next = Delivery::Next::parked;
    } else if (decision.step == NextStep::stop) {
      delivery.next = Delivery::Next::stop;
      break;  // those before it are finished first
    } else if (decision.step != NextStep::again) {
      hold(part, todo);
      part.held->wait(std::move(delivery), decision.until);
      delivery.event = nullptr;  // NOLINT(bugprone-use-after-move): marks what is left
    }
  }
  std::erase_if(todo, [](const Delivery& delivery) { return delivery.event == nullptr; });
}

// Returns nothing when the session is halted.
std::optional<Commit> ProjectorLoop::run_once(std::int32_t id, Part& part, Deliveries& todo, EventRun& run) {
  {
    const std::scoped_lock lock{status_mutex_};
    busy_since_ = run_->clock().instant();
    told_ = false;
  }
  std::optional<Commit> commit = Commit::done;
  if (!gated_) {
    const InsideGate inside{handler_.gate};
    std::optional<VersionGate> gate;
    if (versions_) gate.emplace(*versions_);
    RunOptions options;
    options.gate = gate ? &*gate : nullptr;
    run = handle_run(handler_, todo, run_->clock(), options);
    if (gate) gate->save();
  } else if (std::none_of(todo.begin(), todo.end(), [this](const Delivery& d) { return concerns(d); })) {
    for (Delivery& delivery : todo) delivery.outcome = Delivery::Outcome::passed;
    run.finished = todo.size();  // without a transaction
  } else {
    const OffsetWindow* window = part.held ? &part.held->window() : nullptr;
    const auto handle = [&] { commit = gated_->handle(id, part.place, todo, window, run); };
    if (!retry_.call("read model", handle)) commit.reset();
    next_store_ = run_->clock().instant() + handler_.entry.options.checkpoint_every;
  }
  const std::scoped_lock lock{status_mutex_};
  busy_since_.reset();
  return commit;
}

// Decides about the event that ended the run, which is the first one now.
bool ProjectorLoop::settle(Part& part, Deliveries& todo, const EventRun& run) {
  Delivery& next = todo.front();
  const RecordedEvent& event = *next.event;
  if (run.blocked) {
    block(part, todo);
    return true;
  }
  Decision decision{NextStep::again, {}};
  if (next.next == Delivery::Next::stop) decision.step = NextStep::stop;
  if (run.thrown) decision = failures_.failed(event, next.troubles(), run.thrown);
  if (run.turn == VersionGate::Turn::early) decision = failures_.early(event, next.troubles(), run.reached);
  if (run.turn == VersionGate::Turn::late) decision = failures_.late(event, next.troubles());
  if (decision.step == NextStep::done) {
    next.next = Delivery::Next::done;
    failures_.metrics().handled(event.type, HandlerMetrics::Result::skipped);
  } else if (decision.step == NextStep::park) {
    decision = failures_.park(event, *next.trouble);
    if (decision.step == NextStep::done) next.next = Delivery::Next::parked;
  }
  if (decision.step == NextStep::wait || decision.step == NextStep::hold) wait_first(part, todo, decision.until);
  if (decision.step != NextStep::stop) return true;
  log(LogLevel::error, "the handler failed", {{"cause", describe(next.trouble->fatal)}});
  run_->fail(std::move(next.trouble->fatal));
  return false;
}

// The breaker refused the first event: all of them, or this aggregate's while others may be tried.
void ProjectorLoop::block(Part& part, Deliveries& todo) {
  CircuitBreaker& breaker = failures_.breaker();
  Delivery& next = todo.front();
  if (breaker.closed_until()) {
    failures_.blocked(next.troubles());
    hold(part, todo);
    std::erase_if(todo, [](const Delivery& delivery) { return delivery.event == nullptr; });
    part.held->set_aside(std::move(todo));
    todo.clear();
    return;
  }
  if (const std::optional<Instant> until = breaker.closed_until(next.event->aggregate_id)) {
    failures_.blocked(next.troubles());
    wait_first(part, todo, *until);
  }
}

// From now on what is unfinished is known one by one; those of no interest are finished, and stay without an event.
void ProjectorLoop::hold(Part& part, Deliveries& todo) {
  if (part.held) return;
  part.held.emplace(part.done);
  std::uint64_t passed = 0;
  for (Delivery& delivery : todo) {
    if (concerns(delivery)) {
      part.held->window().open(delivery.event->position);
    } else {
      part.held->window().pass(delivery.event->position);
      delivery.event = nullptr;
      ++passed;
    }
  }
  const std::scoped_lock lock{status_mutex_};
  status_.passed += passed;
}

void ProjectorLoop::wait_first(Part& part, Deliveries& todo, Instant until) {
  hold(part, todo);
  part.held->wait(std::move(todo.front()), until);
  todo.front().event = nullptr;
  std::erase_if(todo, [](const Delivery& delivery) { return delivery.event == nullptr; });
}

void ProjectorLoop::park_if_many_wait(HeldEvents& held, std::string_view aggregate) {
  const HeldEvents::Queue queue = held.queue_of(aggregate);
  if (!failures_.parks() || queue.behind <= failures_.options().max_waiting || !queue.first.trouble) return;
  Trouble& trouble = *queue.first.trouble;
  if (trouble.to_park || trouble.failure == FailureClass::unavailable || trouble.attempts.made == 0 || trouble.spared) {
    return;
  }
  FailureHandling::park_early(trouble);
  held.wake(aggregate);
}

void ProjectorLoop::finish(std::int32_t id, Part& part, std::span<const Delivery> finished) {
  if (finished.empty()) return;
  std::uint64_t handled = 0;
  std::uint64_t passed = 0;
  std::uint64_t parked = 0;
  for (const Delivery& delivery : finished) {
    const RecordedEvent& event = *delivery.event;
    if (part.held) part.held->window().finish(event.position);
    switch (delivery.outcome) {
      case Delivery::Outcome::handled:
        if (delivery.next == Delivery::Next::done) break;
        ++handled;
        failures_.succeeded(event);
        failures_.metrics().handled(event.type, HandlerMetrics::Result::ok);
        break;
      case Delivery::Outcome::passed: ++passed; break;
      case Delivery::Outcome::repeated:
      case Delivery::Outcome::skipped: failures_.metrics().handled(event.type, HandlerMetrics::Result::skipped); break;
      case Delivery::Outcome::parked: ++parked; break;
    }
  }
  {
    const std::scoped_lock lock{status_mutex_};
    status_.handled += handled;
    status_.passed += passed;
    status_.parked += parked;
  }
  moved(id, part, part.held ? part.held->window().done() : finished.back().event->position);
}

// Somebody else went on with the partition: continues where the read model is.
bool ProjectorLoop::catch_up(Subscription& subscription, std::int32_t id, Deliveries& todo) {
  std::optional<GatedProjection::Place> place;
  if (!retry_.call("read model", [&] { place = gated_->look(id); }) || !load_parked()) return false;
  Part& part = parts_[id];
  if (!place || place->done < part.place.done) {
    reopen(subscription, id);
    return !run_->halted().stop_requested();
  }
  part.place = *place;
  if (part.held) part.held->drop_up_to(place->done);
  std::erase_if(todo, [&](const Delivery& delivery) { return delivery.event->position <= place->done; });
  moved(id, part, part.held ? part.held->window().done() : std::max(part.done, place->done));
  return true;
}

void ProjectorLoop::moved(std::int32_t id, Part& part, Position done) {
  part.done = done;
  {
    const std::scoped_lock lock{status_mutex_};
    if (id == 0) status_.done = done;
    status_.head = std::max(status_.head, part.last());
  }
  handler_.publish(id, done);
}

}  // namespace leftfold::inline v0::detail
