// SPDX-License-Identifier: Apache-2.0
#include "runtime/strands.h"

#include <algorithm>
#include <utility>

#include "runtime/failure_handling.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::size_t kMaxSpare = 64;  // twice the default of events in flight

}  // namespace

Task::Task(std::shared_ptr<const EventPage> p, const RecordedEvent* e, std::shared_ptr<AssignedPartition> a)
    : page{std::move(p)}, event{e}, partition{std::move(a)} {}
Task::Task(Task&&) noexcept = default;
Task& Task::operator=(Task&&) noexcept = default;
Task::~Task() = default;

Strand& Strands::push(Task task) {
  const std::string_view id = task.event->aggregate_id;
  auto at = strands_.find(id);
  if (at == strands_.end()) {
    if (spare_.empty()) {
      at = strands_.try_emplace(std::string{id}).first;
    } else {
      Map::node_type node = std::move(spare_.back());
      spare_.pop_back();
      node.key() = id;
      at = strands_.insert(std::move(node)).position;
    }
    at->second.aggregate_id = &at->first;
    at->second.state = StrandState::ready;
  }
  Strand& strand = at->second;
  strand.queue.push_back(std::move(task));
  if (strand.state == StrandState::ready && strand.queue.size() == 1) ready_.push_back(&strand);
  return strand;
}

Strands::Started Strands::start() {
  Strand& strand = *ready_.front();
  ready_.pop_front();
  strand.state = StrandState::running;
  Started started{&strand, std::move(strand.queue.front())};
  strand.queue.pop_front();
  return started;
}

void Strands::finish(Strand& strand) {
  if (strand.queue.empty()) {
    remove(strand);
    return;
  }
  strand.state = StrandState::ready;
  ready_.push_back(&strand);
}

void Strands::wait(Started started, Instant until) {
  Strand& strand = *started.strand;
  strand.queue.push_front(std::move(started.task));
  strand.state = StrandState::waiting;
  strand.timer = timers_.emplace(until, &strand);
}

void Strands::block(Started started) {
  Strand& strand = *started.strand;
  strand.queue.push_front(std::move(started.task));
  strand.state = StrandState::blocked;
  blocked_.push_back(&strand);
}

void Strands::wake_due(Instant now) {
  while (!timers_.empty() && timers_.begin()->first <= now) wake(*timers_.begin()->second);
}

void Strands::wake(Strand& strand) {
  leave_list(strand);
  strand.state = StrandState::ready;
  ready_.push_back(&strand);
}

Strand* Strands::waiting_on(const AssignedPartition& partition, Position position) const noexcept {
  for (const auto& [due, strand] : timers_) {  // a few tens at most: they count as in flight
    const Task& head = strand->queue.front();
    if (head.partition.get() == &partition && head.event->position == position) return strand;
  }
  return nullptr;
}

void Strands::unblock() {
  for (Strand* strand : std::exchange(blocked_, {})) {
    strand->state = StrandState::ready;
    ready_.push_back(strand);
  }
}

void Strands::drop_queue(Strand& strand, const std::function<bool(const Task&)>& unwanted) {
  std::erase_if(strand.queue, unwanted);
}
void Strands::drop(const std::function<bool(const Task&)>& unwanted) { drop(unwanted, false); }
void Strands::drop_waiting(const std::function<bool(const Task&)>& unwanted) { drop(unwanted, true); }

void Strands::drop(const std::function<bool(const Task&)>& unwanted, bool waiting_only) {
  std::vector<Strand*> empty;
  std::vector<Strand*> without_head;
  for (auto& [id, strand] : strands_) {
    const bool waits = strand.state == StrandState::waiting || strand.state == StrandState::blocked;
    if (waiting_only && !waits) continue;
    const RecordedEvent* head = strand.queue.empty() ? nullptr : strand.queue.front().event;
    std::erase_if(strand.queue, unwanted);
    if (strand.state == StrandState::running) continue;
    if (strand.queue.empty()) {
      empty.push_back(&strand);
    } else if (waits && strand.queue.front().event != head) {
      without_head.push_back(&strand);  // what it waited for is gone
    }
  }
  for (Strand* strand : without_head) wake(*strand);
  for (Strand* strand : empty) {
    leave_list(*strand);
    remove(*strand);
  }
}

void Strands::leave_list(Strand& strand) {
  switch (strand.state) {
    case StrandState::ready: std::erase(ready_, &strand); break;
    case StrandState::waiting: timers_.erase(strand.timer); break;
    case StrandState::blocked: std::erase(blocked_, &strand); break;
    case StrandState::running: break;
  }
}

void Strands::remove(Strand& strand) {
  Map::node_type node = strands_.extract(*strand.aggregate_id);
  if (spare_.size() < kMaxSpare) spare_.push_back(std::move(node));
}

}  // namespace leftfold::inline v0::detail
