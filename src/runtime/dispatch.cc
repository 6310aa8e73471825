// SPDX-License-Identifier: Apache-2.0
#include "runtime/dispatch.h"

#include <algorithm>
#include <utility>

#include "runtime/handler_failed.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::chrono::seconds kBreakerLook{1};  // somebody may reset a breaker, and nobody tells

}  // namespace

Dispatch::Dispatch(RegisteredHandler& handler, SubscriptionRun& run, std::size_t max_in_flight)
    : handler_{handler}, failures_{*handler.failures}, run_{run}, max_in_flight_{max_in_flight} {
  handler_.session.begin(*this);
}
Dispatch::~Dispatch() { handler_.session.end(*this); }

void Dispatch::attach(Subscription* subscription) {
  const std::scoped_lock lock{mutex_};
  subscription_ = subscription;
}

// Takes small runs only when workers have nothing else: one call of the feed for every finished event would cost more
// than most handlers. But a slow aggregate that fills half the room must not starve the others of the rest.
bool Dispatch::wants_more() const noexcept { return in_flight_ * 2 <= max_in_flight_ || !strands_.has_ready(); }

Dispatch::Plan Dispatch::plan() {
  const Instant now = run_.clock().instant();
  const std::scoped_lock lock{mutex_};
  strands_.wake_due(now);
  for (const auto& [id, partition] : partitions_) {
    if (partition->window.span() >= kMaxSpan) let_others_pass(*partition);
  }
  wake_worker();
  std::size_t room = in_flight_ < max_in_flight_ && wants_more() && !closed_ ? max_in_flight_ - in_flight_ : 0;
  std::vector<Plan::Hold> holds;
  room = room_of_partitions(room, holds);
  bool unsaved = false;
  Instant deadline = strands_.next_due();
  for (const auto& [id, partition] : partitions_) {
    if (partition->window.done() != partition->stored) unsaved = true;
    if (partition->draining) deadline = std::min(deadline, partition->drain_deadline);
  }
  if (unsaved) deadline = std::min(deadline, next_checkpoint_);
  room = room_behind_breaker(room, now, deadline);
  waits_for_room_ = room == 0;
  waits_for_ever_ = !unsaved;
  planned_ = deadline;
  return {room, deadline, std::move(holds)};
}

// A partition that is full must not keep the others out: it is held until it is half empty again, so that it does not
// come and go with every event. A single one needs no hold: then there is no room.
std::size_t Dispatch::room_of_partitions(std::size_t room, std::vector<Plan::Hold>& holds) {
  for (const auto& [id, partition] : partitions_) {
    const std::size_t span = partition->window.span();
    const bool full = partitions_.size() > 1 && span >= (partition->held ? kMaxSpan / 2 : kMaxSpan);
    if (full != std::exchange(partition->held, full)) holds.push_back({id, partition->epoch, full});
    if (!full) room = std::min(room, kMaxSpan - std::min(kMaxSpan, span));
  }
  return room;
}

// A breaker that is not closed takes nothing, save a few to probe with when nothing is left: without one to ask for, it
// could not tell that somebody wants to know.
std::size_t Dispatch::room_behind_breaker(std::size_t room, Instant now, Instant& deadline) {
  const BreakerState state = failures_.breaker().state();
  const bool closed = state == BreakerState::closed || state == BreakerState::disabled;
  held_by_breaker_ = !closed;
  const std::uint64_t changes = failures_.breaker_changes();
  const bool changed = std::exchange(seen_changes_, changes) != changes;
  if (strands_.has_blocked()) {
    if (closed || ask_again_ || changed || now >= unblock_at_) {
      ask_again_ = false;
      unblock_at_ = kNever;
      strands_.unblock();
      wake_worker();
    } else {
      deadline = std::min({deadline, unblock_at_, now + kBreakerLook});
    }
  }
  if (closed) return room;
  return in_flight_ == 0 ? std::min(room, failures_.options().breaker.probes) : 0;
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
      Strand& strand = strands_.push(Task{page, &event, at->second});
      if (strand.state == StrandState::waiting && overflows(strand, *strand.queue.front().trouble)) {
        FailureHandling::park_early(*strand.queue.front().trouble);
        strands_.wake(strand);
      }
    } else {
      window.pass(event.position);
      ++passed_;
    }
  }
  for (const auto& [id, partition] : partitions_) handler_.publish(id, partition->window.done());
  failures_.metrics().in_flight(in_flight_);
  wake_worker();
}

// Unavailable is no reason to park, however many wait; neither is the breaker, or a store of dead letters that refuses.
bool Dispatch::may_park_early(const Trouble& trouble) const {
  return failures_.parks() && !trouble.to_park && trouble.failure != FailureClass::unavailable &&
         trouble.attempts.made > 0 && !trouble.spared && !trouble.blocked_since;
}

bool Dispatch::overflows(const Strand& strand, const Trouble& trouble) const {
  return strand.queue.size() > failures_.options().max_waiting + 1 && may_park_early(trouble);
}

// One event that waits for its next try must not hold up all other aggregates for seconds: when nothing more may be
// taken because of it, and it failed twice, it is parked and tried again from there. Not when others wait as well: that
// may be an outage, in which nothing is parked.
void Dispatch::let_others_pass(const AssignedPartition& partition) {
  if (strands_.waiting() >= failures_.options().breaker.min_distinct) return;
  Strand* strand = strands_.waiting_on(partition, partition.window.first_open());
  if (strand == nullptr) return;
  Trouble& trouble = *strand->queue.front().trouble;
  if (trouble.attempts.made < 2 || !may_park_early(trouble)) return;
  FailureHandling::park_early(trouble);
  strands_.wake(*strand);
}

bool Dispatch::lose(std::int32_t id, std::int64_t epoch) {
  const std::scoped_lock lock{mutex_};
  AssignedPartition* partition = find(id, epoch);
  if (partition == nullptr) return false;
  partition->live = false;
  drop_all_of(*partition);
  partitions_.erase(id);
  handler_.marks.forget(id);
  return true;
}

bool Dispatch::start_draining(std::int32_t id, std::int64_t epoch, Instant deadline) {
  const std::scoped_lock lock{mutex_};
  AssignedPartition* partition = find(id, epoch);
  if (partition == nullptr) return false;
  partition->draining = true;
  partition->drain_deadline = deadline;
  drop_waiting([partition](const AssignedPartition& p) { return &p == partition; });
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
  drop_waiting([](const AssignedPartition&) { return true; });
  drop_if([](const AssignedPartition& partition, Position position) { return position > partition.started; });
  wake_workers();
}

void Dispatch::abandon() {
  const std::scoped_lock lock{mutex_};
  closed_ = true;
  drop_if([](const AssignedPartition&, Position) { return true; });
  wake_workers();
}

bool Dispatch::quiet() const {
  const std::scoped_lock lock{mutex_};
  return in_flight_ == 0;
}

bool Dispatch::wait_until_quiet(Instant deadline) {
  std::unique_lock lock{mutex_};
  return run_.clock().wait_until(lock, quiet_, {}, deadline, [this] { return in_flight_ == 0; });
}

AssignedPartition* Dispatch::find(std::int32_t partition, std::int64_t epoch) {
  const auto at = partitions_.find(partition);
  return at != partitions_.end() && at->second->epoch == epoch ? at->second.get() : nullptr;
}

void Dispatch::forget_task(const Task& task) {
  --in_flight_;
  --task.partition->in_flight;
}

void Dispatch::drop_if(const std::function<bool(const AssignedPartition&, Position)>& unwanted) {
  strands_.drop([&](const Task& task) {
    if (!unwanted(*task.partition, task.event->position)) return false;
    forget_task(task);
    return true;
  });
}

void Dispatch::drop_all_of(const AssignedPartition& lost) {
  drop_if([&lost](const AssignedPartition& partition, Position) { return &partition == &lost; });
}

void Dispatch::drop_waiting(const std::function<bool(const AssignedPartition&)>& unwanted) {
  strands_.drop_waiting([&](const Task& task) {
    if (!unwanted(*task.partition)) return false;
    forget_task(task);
    return true;
  });
}

void Dispatch::wake_poll_thread() noexcept {
  waits_for_room_ = false;
  waits_for_ever_ = false;
  planned_ = Instant::min();
  if (subscription_ != nullptr) subscription_->wake();
}

void Dispatch::look() {
  std::vector<EventCopy> late;
  {
    const Instant now = run_.clock().instant();
    const std::scoped_lock lock{mutex_};
    for (Busy& busy : busy_) {
      if (busy.event == nullptr || busy.told || now - busy.begun < failures_.options().handler_timeout) continue;
      busy.told = true;
      late.emplace_back(*busy.event);
    }
    if ((held_by_breaker_ || strands_.has_blocked()) && failures_.breaker_changes() != seen_changes_)
      wake_poll_thread();
  }
  for (const EventCopy& event : late) {
    failures_.log().note(LogLevel::warn, "the handler takes long; its aggregate waits, others go on", event.view(),
                         FailureClass::transient,
                         "no answer in " + std::to_string(failures_.options().handler_timeout.count()) + " ms", 0);
  }
}

bool Dispatch::handles_now(std::string_view aggregate) const {
  const std::scoped_lock lock{mutex_};
  return std::any_of(busy_.begin(), busy_.end(), [aggregate](const Busy& busy) {
    return busy.event != nullptr && busy.event->aggregate_id == aggregate;
  });
}

void Dispatch::add_to(SubscriptionStatus& status) const {
  const std::scoped_lock lock{mutex_};
  status.head = seen_;
  status.handled = handled_;
  status.passed = passed_;
  status.parked = parked_;
  status.in_flight = in_flight_;
  status.waiting = strands_.waiting();
  status.done = Position{handler_.done.load()};
}

bool Dispatch::has_partition() const {
  const std::scoped_lock lock{mutex_};
  return !partitions_.empty();
}

}  // namespace leftfold::inline v0::detail
