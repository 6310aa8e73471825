// SPDX-License-Identifier: Apache-2.0
// The workers' side of Dispatch: what becomes of one event.
#include <algorithm>
#include <utility>

#include "runtime/dispatch.h"
#include "runtime/handler_failed.h"

namespace leftfold::inline v0::detail {
namespace {

// Waking a worker costs some ten microseconds until it runs.
constexpr std::chrono::microseconds kShort{20};
constexpr std::chrono::milliseconds kHeldUp{1};  // no event begun for so long: whoever stands by takes over
constexpr int kWeight = 16;                      // of the past

Trouble& trouble_of(Task& task) {
  if (!task.trouble) task.trouble = std::make_unique<Trouble>();
  return *task.trouble;
}

}  // namespace

void Dispatch::work() {
  std::unique_lock lock{mutex_};
  const std::size_t self = busy_.size();
  busy_.emplace_back();
  idle_.reserve(busy_.size());
  std::shared_ptr<const EventPage> last;  // of the event before: freed, perhaps, without the lock
  for (;;) {
    while (!closed_ && !strands_.has_ready()) wait_for_work(lock);
    if (!strands_.has_ready()) return;
    if (!leaves_it_to_others(lock)) work_one(lock, self, last);
  }
}

void Dispatch::wait_for_work(std::unique_lock<std::mutex>& lock) {
  Idle me;
  idle_.push_back(&me);
  me.signal.wait(lock, [&me] { return me.woken; });
  waking_ = false;
}

// True when it waited because others are at it. Real time: a handler that hangs does so whatever the Runner's clock
// says.
bool Dispatch::leaves_it_to_others(std::unique_lock<std::mutex>& lock) {
  if (closed_ || active_ == 0 || !handlers_are_short()) return false;
  if (standing_by_) {
    wait_for_work(lock);
    return true;
  }
  standing_by_ = true;
  const std::uint64_t before = started_;
  stand_by_.wait_for(lock, kHeldUp);
  standing_by_ = false;
  return started_ != before || !strands_.has_ready();
}

bool Dispatch::handlers_are_short() const noexcept { return usual_ < kShort; }

void Dispatch::note_duration(Instant begun) {
  const auto took = std::min<std::chrono::nanoseconds>(run_.clock().instant() - begun, kHeldUp);
  usual_ += (took - usual_) / kWeight;
}

void Dispatch::wake_worker() {
  if (idle_.empty() || waking_ || !strands_.has_ready()) return;
  if (handlers_are_short() && active_ > 0 && standing_by_) return;
  waking_ = true;
  wake_last();
}

void Dispatch::wake_last() {
  Idle& last = *idle_.back();
  idle_.pop_back();
  last.woken = true;
  last.signal.notify_one();
}

void Dispatch::wake_workers() {
  while (!idle_.empty()) wake_last();
}

bool Dispatch::step() {
  std::unique_lock lock{mutex_};
  if (!strands_.has_ready()) return false;
  if (busy_.empty()) busy_.emplace_back();
  std::shared_ptr<const EventPage> last;
  work_one(lock, 0, last);
  return true;
}

void Dispatch::work_one(std::unique_lock<std::mutex>& lock, std::size_t self, std::shared_ptr<const EventPage>& last) {
  Strands::Started started = strands_.start();
  AssignedPartition& partition = *started.task.partition;
  partition.started = std::max(partition.started, started.task.event->position);
  busy_[self] = {started.task.event, run_.clock().instant(), false};
  ++active_;
  ++started_;
  wake_worker();  // one wakes the next, so that few events do not wake them all
  lock.unlock();
  last.reset();
  Outcome outcome;
  try {
    outcome = process(started.task);
  } catch (...) {  // not the handler's: what is around it failed in a way that nobody expects
    trouble_of(started.task).fatal = std::current_exception();
    outcome.kind = Outcome::Kind::stop;
  }
  lock.lock();
  note_duration(busy_[self].begun);
  busy_[self] = {};
  --active_;
  if (outcome.kind == Outcome::Kind::stop) {
    stop_before(started, lock);
  } else {
    finish(started, outcome);
  }
  last = std::move(started.task.page);
}

Dispatch::Outcome Dispatch::outcome_of(const Decision& decision, Outcome::Kind done) {
  switch (decision.step) {
    case NextStep::wait:
    case NextStep::hold: return {Outcome::Kind::wait, decision.until};
    case NextStep::stop: return {Outcome::Kind::stop, {}};
    default: return {done, {}};
  }
}

Dispatch::Outcome Dispatch::process(Task& task) {
  const RecordedEvent& event = *task.event;
  if (task.trouble) failures_.unblocked(*task.trouble);
  const bool to_park = task.trouble && task.trouble->to_park;
  if (!to_park && failures_.may_be_parked(event.aggregate_id)) {
    const Decision decision = failures_.follow(event, trouble_of(task));
    if (decision.step != NextStep::again) return outcome_of(decision, Outcome::Kind::parked);
  }
  if (!to_park) {
    const Outcome outcome = call_handler(task);
    if (outcome.kind != Outcome::Kind::parked) return outcome;
  }
  return outcome_of(failures_.park(event, *task.trouble), Outcome::Kind::parked);
}

// `parked` means that it is to be.
Dispatch::Outcome Dispatch::call_handler(Task& task) {
  const RecordedEvent& event = *task.event;
  for (;;) {
    std::optional<CircuitBreaker::Permit> permit = failures_.breaker().try_acquire(event.aggregate_id);
    if (!permit) {
      failures_.blocked(trouble_of(task));
      // Nothing: it changed its mind since.
      return {Outcome::Kind::blocked, failures_.breaker().closed_until(event.aggregate_id).value_or(Instant::min())};
    }
    std::exception_ptr thrown;
    const bool measured = failures_.metrics().on();
    const Instant begun = measured ? run_.clock().instant() : Instant{};
    {
      const InsideGate inside{handler_.gate};
      try {
        handler_.entry.table.handle(event);
      } catch (...) {
        thrown = std::current_exception();
      }
    }
    if (measured) {
      failures_.metrics().took(run_.clock().instant() - begun, event.committed_at, run_.clock().now());
    }
    if (!thrown) {
      permit->succeeded();
      failures_.succeeded(event);
      failures_.metrics().handled(event.type, HandlerMetrics::Result::ok);
      return {Outcome::Kind::handled, {}};
    }
    permit->failed(failures_.options().rules.classify(thrown));
    permit.reset();
    const Decision decision = failures_.failed(event, trouble_of(task), thrown);
    if (decision.step == NextStep::again) continue;
    if (decision.step == NextStep::park) return {Outcome::Kind::parked, {}};
    if (decision.step == NextStep::done) failures_.metrics().handled(event.type, HandlerMetrics::Result::skipped);
    return outcome_of(decision, Outcome::Kind::skipped);
  }
}

void Dispatch::finish(Strands::Started& started, const Outcome& outcome) {
  AssignedPartition& partition = *started.task.partition;
  if (outcome.kind == Outcome::Kind::wait || outcome.kind == Outcome::Kind::blocked) {
    put_back(started, outcome);
    return;
  }
  forget_task(started.task);
  failures_.metrics().in_flight(in_flight_);
  strands_.finish(*started.strand);
  bool advanced = false;
  if (partition.live) {
    ++(outcome.kind == Outcome::Kind::parked ? parked_ : handled_);
    advanced = partition.window.finish(started.task.event->position);
    if (advanced) handler_.publish(partition.partition, partition.window.done());
  } else {
    ++fenced_;
    failures_.metrics().fenced();
  }
  if (in_flight_ == 0) quiet_.notify_all();
  ask_again_ = strands_.has_blocked();
  const bool drained = partition.draining && partition.in_flight == 0;
  if ((closed_ && in_flight_ == 0) || drained || (waits_for_room_ && wants_more()) || (waits_for_ever_ && advanced) ||
      strands_.has_blocked() || (partition.held && partition.window.span() < kMaxSpan / 2))
    wake_poll_thread();
}

// The event waits, unless nobody would ever take it up: then it is left for whoever gets it next, and so is what is
// behind it.
void Dispatch::put_back(Strands::Started& started, const Outcome& outcome) {
  AssignedPartition& partition = *started.task.partition;
  if (closed_ || partition.draining || !partition.live) {
    forget_task(started.task);
    strands_.drop_queue(*started.strand, [&](const Task& task) {
      if (!closed_ && task.partition.get() != &partition) return false;
      forget_task(task);
      return true;
    });
    strands_.finish(*started.strand);
    if (in_flight_ == 0) quiet_.notify_all();
    wake_poll_thread();
    return;
  }
  if (outcome.kind == Outcome::Kind::blocked) {
    unblock_at_ = std::min(unblock_at_, outcome.until);
    strands_.block(std::move(started));
    wake_poll_thread();  // it keeps the breaker's time
    return;
  }
  Strand& strand = *started.strand;
  strands_.wait(std::move(started), outcome.until);
  Trouble& trouble = *strand.queue.front().trouble;
  if (overflows(strand, trouble)) {
    FailureHandling::park_early(trouble);
    strands_.wake(strand);
    wake_worker();
  } else if (outcome.until < planned_ || (waits_for_room_ && wants_more())) {
    wake_poll_thread();
  }
}

// The event stays open in its window: nothing is finished above it that was not already, and it comes again.
void Dispatch::stop_before(Strands::Started& started, std::unique_lock<std::mutex>& lock) {
  AssignedPartition& partition = *started.task.partition;
  std::exception_ptr failure = std::move(started.task.trouble->fatal);
  forget_task(started.task);
  const bool ours = partition.live;
  if (ours) {
    closed_ = true;  // before anything else starts
    drop_if([](const AssignedPartition&, Position) { return true; });
    wake_workers();
  } else {
    ++fenced_;
    failures_.metrics().fenced();
  }
  strands_.finish(*started.strand);
  if (in_flight_ == 0) quiet_.notify_all();
  wake_poll_thread();

  lock.unlock();
  const std::string text = describe(failure);
  if (ours) {
    run_.log().log(LogLevel::error, handler_.subscription, "the handler failed", {{"cause", text}});
    run_.fail(std::move(failure));
  } else {
    run_.log().log(LogLevel::warn, handler_.subscription, "the handler failed after its partition was lost",
                   {{"cause", text}});
  }
  lock.lock();
}

}  // namespace leftfold::inline v0::detail
