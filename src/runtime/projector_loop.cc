#include "runtime/projector_loop.h"

#include <algorithm>
#include <utility>

#include "runtime/handler_failed.h"

namespace leftfold::detail {

ProjectorLoop::ProjectorLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run,
                             std::size_t batch)
    : SubscriptionLoop{feed, handler, std::move(run)}, batch_{batch} {
  if (handler.kind() == SubscriptionKind::gated) gated_.emplace(handler, run_->clock());
}

void ProjectorLoop::prepare() {
  if (gated_) return;
  const InsideGate inside{handler_.gate};
  reset(handler_);
}

bool ProjectorLoop::turn(Subscription& subscription) {
  subscription_ = &subscription;
  const bool unsaved = gated_ && std::any_of(parts_.begin(), parts_.end(),
                                             [](const auto& part) { return part.second.done != part.second.stored; });
  Taken taken;
  if (!retry_.call("take", [&] { taken = subscription.take(size_, run_->halted(), unsaved ? next_store_ : kNever); })) {
    return false;
  }
  reassign(taken);
  std::map<std::int32_t, std::vector<const RecordedEvent*>> by_partition;
  for (const RecordedEvent& event : taken.events) {
    const auto part = parts_.find(event.partition);
    if (part != parts_.end() && event.position > part->second.done) by_partition[event.partition].push_back(&event);
  }
  for (const auto& [id, events] : by_partition) {
    if (!handle(subscription, id, events)) return false;
  }
  if (unsaved && run_->clock().instant() >= next_store_) store_passed(subscription, false);
  return true;
}

// Returns false when the run is halted.
bool ProjectorLoop::handle(Subscription& subscription, std::int32_t id, Events events) {
  bool first = true;
  while (!events.empty()) {
    if (run_->halted().stop_requested()) return false;
    const auto part = parts_.find(id);
    if (part == parts_.end()) return true;  // given back meanwhile; the rest comes again
    const Instant begin = run_->clock().instant();
    std::optional<EventRun> run = handle_once(subscription, id, part->second, events);
    if (!run) return !run_->halted().stop_requested();
    if (run->failure) {
      log(LogLevel::error, "the handler failed", {{"cause", describe(run->failure)}});
      run_->fail(std::move(run->failure));
      return false;
    }
    events = events.subspan(run->finished);
    // The next take() brings about what one budget handles, so that a stop or a revocation is noticed soon.
    if (first && !events.empty()) {
      size_ = std::max<std::size_t>(1, run->finished);
    } else if (first && (run_->clock().instant() - begin) * 4 < kHandlingBudget) {
      size_ = std::min(batch_, size_ * 4);
    }
    first = false;
  }
  return true;
}

// Returns nothing when the run is halted or the partition went back to the feed.
std::optional<EventRun> ProjectorLoop::handle_once(Subscription& subscription, std::int32_t id, Part& part,
                                                   Events events) {
  if (!gated_) {
    EventRun run;
    {
      const InsideGate inside{handler_.gate};
      run = handle_run(handler_, events, run_->clock());
    }
    if (run.finished > 0) moved(id, part, events[run.finished - 1]->position, run.finished, run.handled);
    return run;
  }
  const auto interests = [this](const RecordedEvent* event) { return handler_.entry.table.handles(event->type); };
  if (std::none_of(events.begin(), events.end(), interests)) {
    moved(id, part, events.back()->position, events.size(), 0);
    return EventRun{events.size(), 0, nullptr};
  }
  GatedProjection::Result result;
  if (!retry_.call("read model", [&] { result = gated_->handle(id, part.stored, events); })) return std::nullopt;
  if (result.behind) {
    reopen(subscription, id);
    return std::nullopt;
  }
  part.stored = result.done;
  next_store_ = run_->clock().instant() + handler_.entry.options.checkpoint_every;
  moved(id, part, std::max(part.done, result.done), result.run.finished - result.skipped, result.run.handled);
  return std::move(result.run);
}

// The read model was put back to an older state, or somebody removed the checkpoint. Giving the partition back and
// getting it again is the way to read its events again.
void ProjectorLoop::reopen(Subscription& subscription, std::int32_t id) {
  log(LogLevel::warn, "the read model's checkpoint is not where it was left; continues from the read model's",
      {{"partition", std::to_string(id)}});
  const std::int64_t epoch = parts_[id].epoch;
  parts_.erase(id);
  static_cast<void>(retry_.call("release", [&] { subscription.release(id, epoch); }));
}

void ProjectorLoop::store_passed(Subscription& subscription, bool all) {
  if (!gated_) return;
  next_store_ = run_->clock().instant() + handler_.entry.options.checkpoint_every;
  std::vector<std::int32_t> behind;
  for (auto& [id, part] : parts_) {
    if (part.done == part.stored) continue;
    bool stored = true;
    const auto store = [&, partition = id, &entry = part] {
      stored = gated_->pass(partition, entry.stored, entry.done);
    };
    if (all) {
      store();
    } else if (!retry_.call("read model", store)) {
      return;
    }
    if (stored) {
      part.stored = part.done;
    } else {
      behind.push_back(id);
    }
  }
  if (all) return;
  for (const std::int32_t id : behind) reopen(subscription, id);
}

void ProjectorLoop::drain(Subscription& subscription) { store_passed(subscription, true); }

bool ProjectorLoop::give_up(const Revocation& revocation) {
  const auto part = parts_.find(revocation.partition);
  if (part == parts_.end() || part->second.epoch != revocation.epoch) return false;
  parts_.erase(part);
  log(revocation.lost ? LogLevel::warn : LogLevel::info,
      revocation.lost ? "lost a partition" : "gives a partition back",
      {{"partition", std::to_string(revocation.partition)}});
  // Nothing is in progress between two takes; passed events are passed again by the next owner.
  if (!revocation.lost) {
    static_cast<void>(retry_.call("release", [&] { subscription_->release(revocation.partition, revocation.epoch); }));
  }
  const std::scoped_lock lock{status_mutex_};
  assigned_ = !parts_.empty();
  return true;
}

void ProjectorLoop::accept(const Assignment& assignment) {
  Position done = assignment.checkpoint;
  if (gated_) {
    if (!retry_.call("read model", [&] { done = gated_->open(assignment); })) return;
    if (done != assignment.checkpoint &&
        !retry_.call("seek", [&] { subscription_->seek(assignment.partition, assignment.epoch, done); })) {
      return;
    }
  }
  if (!check_not_ahead(assignment, done)) return;
  parts_[assignment.partition] = {assignment.epoch, done, done};
  handler_.publish(assignment.partition, done);
  log_assigned(assignment, done);
  const std::scoped_lock lock{status_mutex_};
  assigned_ = true;
  if (assignment.partition == 0) status_.done = done;
}

void ProjectorLoop::moved(std::int32_t id, Part& part, Position done, std::size_t finished, std::uint64_t handled) {
  part.done = done;
  {
    const std::scoped_lock lock{status_mutex_};
    if (id == 0) status_.done = done;
    status_.head = std::max(status_.head, done);
    status_.handled += handled;
    status_.passed += finished - handled;
  }
  handler_.publish(id, done);
}

void ProjectorLoop::add_to(SubscriptionStatus& status) const {
  const std::scoped_lock lock{status_mutex_};
  status.done = status_.done;
  status.head = status_.head;
  status.handled = status_.handled;
  status.passed = status_.passed;
}

bool ProjectorLoop::has_partition() const {
  const std::scoped_lock lock{status_mutex_};
  return assigned_;
}

}  // namespace leftfold::detail
