#include "runtime/dispatch.h"

#include <algorithm>
#include <utility>

#include "runtime/handler_failed.h"

namespace leftfold::detail {

Dispatch::Dispatch(RegisteredHandler& handler, RunContext& run, std::size_t max_in_flight)
    : handler_{handler}, run_{run}, max_in_flight_{max_in_flight} {}

void Dispatch::attach(Subscription* subscription) {
  const std::scoped_lock lock{mutex_};
  subscription_ = subscription;
}

// Takes small runs only when workers have nothing else: one call of the feed for every finished event would cost more
// than most handlers. But a slow aggregate that fills half the room must not starve the others of the rest.
bool Dispatch::wants_more() const noexcept { return in_flight_ * 2 <= max_in_flight_ || !strands_.has_ready(); }

Dispatch::Plan Dispatch::plan() {
  const std::scoped_lock lock{mutex_};
  std::size_t room = in_flight_ < max_in_flight_ && wants_more() && !closed_ ? max_in_flight_ - in_flight_ : 0;
  bool unsaved = false;
  Instant deadline = kNever;
  for (const auto& [id, partition] : partitions_) {
    room = std::min(room, kMaxSpan - std::min(kMaxSpan, partition->window.span()));
    if (partition->window.done() != partition->stored) unsaved = true;
    if (partition->draining) deadline = std::min(deadline, partition->drain_deadline);
  }
  if (unsaved) deadline = std::min(deadline, next_checkpoint_);
  waits_for_room_ = room == 0;
  waits_for_ever_ = !unsaved;
  return {room, deadline};
}

void Dispatch::accept(const Assignment& assignment) {
  const std::scoped_lock lock{mutex_};
  std::shared_ptr<AssignedPartition>& partition = partitions_[assignment.partition];
  if (partition) {
    partition->live = false;
    drop_all_of(*partition);
  }
  partition = std::make_shared<AssignedPartition>(assignment);
  handler_.publish(assignment.partition, assignment.checkpoint);
}

void Dispatch::push(EventPage events) {
  if (events.empty()) return;
  const auto page = std::make_shared<const EventPage>(std::move(events));
  const std::scoped_lock lock{mutex_};
  if (closed_) return;
  for (const RecordedEvent& event : *page) {
    const auto at = partitions_.find(event.partition);
    if (at == partitions_.end() || at->second->draining) continue;
    OffsetWindow& window = at->second->window;
    if (event.position <= window.last()) continue;
    seen_ = std::max(seen_, event.position);
    if (handler_.entry.table.handles(event.type)) {
      window.open(event.position);
      ++in_flight_;
      ++at->second->in_flight;
      strands_.push({page, &event, at->second});
    } else {
      window.pass(event.position);
      ++passed_;
    }
  }
  for (const auto& [id, partition] : partitions_) handler_.publish(id, partition->window.done());
  wake_worker();
}

bool Dispatch::lose(std::int32_t id, std::int64_t epoch) {
  const std::scoped_lock lock{mutex_};
  AssignedPartition* partition = find(id, epoch);
  if (partition == nullptr) return false;
  partition->live = false;
  drop_all_of(*partition);
  partitions_.erase(id);
  return true;
}

bool Dispatch::start_draining(std::int32_t id, std::int64_t epoch, Instant deadline) {
  const std::scoped_lock lock{mutex_};
  AssignedPartition* partition = find(id, epoch);
  if (partition == nullptr) return false;
  partition->draining = true;
  partition->drain_deadline = deadline;
  drop_if([partition](const AssignedPartition& p, Position position) {
    return &p == partition && position > partition->started;
  });
  return true;
}

std::vector<Dispatch::Checkpoint> Dispatch::due(Instant now, std::chrono::milliseconds every, bool all) {
  std::vector<Checkpoint> checkpoints;
  const std::scoped_lock lock{mutex_};
  const bool now_due = all || now >= next_checkpoint_;
  for (const auto& [id, partition] : partitions_) {
    const bool release = partition->draining && (partition->in_flight == 0 || now >= partition->drain_deadline);
    const bool unsaved = partition->window.done() != partition->stored;
    if (!release && !(unsaved && now_due)) continue;
    checkpoints.push_back({id, partition->epoch, partition->window.done(), unsaved, release});
  }
  if (now_due && !checkpoints.empty()) next_checkpoint_ = now + every;
  return checkpoints;
}

void Dispatch::stored(const Checkpoint& checkpoint) {
  const std::scoped_lock lock{mutex_};
  if (AssignedPartition* partition = find(checkpoint.partition, checkpoint.epoch)) partition->stored = checkpoint.done;
}

void Dispatch::postpone(Instant until) {
  const std::scoped_lock lock{mutex_};
  next_checkpoint_ = until;
}

void Dispatch::close() {
  const std::scoped_lock lock{mutex_};
  closed_ = true;
  drop_if([](const AssignedPartition& partition, Position position) { return position > partition.started; });
  work_.notify_all();
}

void Dispatch::abandon() {
  const std::scoped_lock lock{mutex_};
  closed_ = true;
  drop_if([](const AssignedPartition&, Position) { return true; });
  work_.notify_all();
}

bool Dispatch::quiet() const {
  const std::scoped_lock lock{mutex_};
  return in_flight_ == 0;
}

bool Dispatch::wait_until_quiet(Instant deadline) {
  std::unique_lock lock{mutex_};
  return run_.clock().wait_until(lock, quiet_, {}, deadline, [this] { return in_flight_ == 0; });
}

void Dispatch::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    while (!closed_ && !strands_.has_ready()) {
      ++idle_;
      work_.wait(lock);
      --idle_;
      waking_ = false;
    }
    if (!strands_.has_ready()) return;
    Strands::Started started = strands_.start();
    AssignedPartition& partition = *started.task.partition;
    partition.started = std::max(partition.started, started.task.event->position);
    wake_worker();  // one wakes the next, so that short handlers do not wake them all
    lock.unlock();
    std::exception_ptr failure;
    const Outcome outcome = handle(*started.task.event, failure);
    finish(started, outcome, std::move(failure), lock);
  }
}

Dispatch::Outcome Dispatch::handle(const RecordedEvent& event, std::exception_ptr& failure) {
  const InsideGate inside{handler_.gate};
  try {
    handler_.entry.table.handle(event);
    return Outcome::done;
  } catch (...) {
    failure = handler_failed(handler_.subscription, event, std::current_exception());
    return Outcome::failed;
  }
}

void Dispatch::finish(Strands::Started& started, Outcome outcome, std::exception_ptr failure,
                      std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<AssignedPartition> partition = std::move(started.task.partition);
  const Position position = started.task.event->position;
  started.task.page.reset();  // frees the page, perhaps: not under the lock

  lock.lock();
  --in_flight_;
  --partition->in_flight;
  const bool failed = outcome == Outcome::failed && partition->live;
  bool advanced = false;
  if (failed) {
    failed_ = true;
    closed_ = true;  // before anything else starts; the event stays open in its window
    drop_if([](const AssignedPartition&, Position) { return true; });
    work_.notify_all();
  } else {
    strands_.finish(*started.strand);
    if (partition->live) {
      ++handled_;
      advanced = partition->window.finish(position);
      if (advanced) handler_.publish(partition->partition, partition->window.done());
    } else {
      ++fenced_;
    }
  }
  if (in_flight_ == 0) quiet_.notify_all();
  const bool drained = partition->draining && partition->in_flight == 0;
  if ((closed_ && in_flight_ == 0) || drained || (waits_for_room_ && wants_more()) || (waits_for_ever_ && advanced))
    wake_poll_thread();
  if (!failure) return;

  lock.unlock();
  const std::string text = describe(failure);
  if (failed) {
    run_.log().log(LogLevel::error, handler_.subscription, "the handler failed", {{"cause", text}});
    run_.fail(std::move(failure));
  } else {
    run_.log().log(LogLevel::warn, handler_.subscription, "the handler failed after its partition was lost",
                   {{"cause", text}});
  }
  lock.lock();
}

AssignedPartition* Dispatch::find(std::int32_t partition, std::int64_t epoch) {
  const auto at = partitions_.find(partition);
  return at != partitions_.end() && at->second->epoch == epoch ? at->second.get() : nullptr;
}

void Dispatch::drop_if(const std::function<bool(const AssignedPartition&, Position)>& unwanted) {
  strands_.drop([&](const Task& task) {
    if (!unwanted(*task.partition, task.event->position)) return false;
    --in_flight_;
    --task.partition->in_flight;
    return true;
  });
}

void Dispatch::drop_all_of(const AssignedPartition& lost) {
  drop_if([&lost](const AssignedPartition& partition, Position) { return &partition == &lost; });
}

void Dispatch::wake_worker() {
  if (idle_ == 0 || waking_ || !strands_.has_ready()) return;
  waking_ = true;
  work_.notify_one();
}

void Dispatch::wake_poll_thread() noexcept {
  waits_for_room_ = false;
  waits_for_ever_ = false;
  if (subscription_ != nullptr) subscription_->wake();
}

void Dispatch::add_to(SubscriptionStatus& status) const {
  const std::scoped_lock lock{mutex_};
  status.head = seen_;
  status.handled = handled_;
  status.passed = passed_;
  status.in_flight = in_flight_;
  status.done = Position{handler_.done.load()};
}

bool Dispatch::has_partition() const {
  const std::scoped_lock lock{mutex_};
  return !partitions_.empty();
}

bool Dispatch::failed() const {
  const std::scoped_lock lock{mutex_};
  return failed_;
}

}  // namespace leftfold::detail
