// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/gated_target.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "core/thrown.h"
#include "runtime/checkpoint_name.h"
#include "runtime/gate_key.h"
#include "runtime/handler_failed.h"
#include "runtime/node_name.h"
#include "runtime/replay/aggregate_order.h"
#include "runtime/replay/direct_target.h"
#include "runtime/replay/patient.h"
#include "runtime/replay/replay_mark.h"

namespace leftfold::inline v0::runtime {

using detail::Deliveries;
using detail::Delivery;
using detail::GatedProjection;
using detail::RegisteredHandler;

namespace {

// How often a scan's place is stored; what lies behind the last one is read and dropped again after a crash.
constexpr std::chrono::milliseconds kNoteEvery{500};

// A row of a replay is there because the event after it is parked.
void remember_parked(std::map<std::string, Version, std::less<>>& parked, const HandledVersion& row) {
  const std::size_t end = row.aggregate_id.find('\0');  // as GateKey names events without a version
  if (end == std::string::npos) {
    parked.emplace(row.aggregate_id, row.version);
  } else {
    parked.emplace(row.aggregate_id.substr(0, end), Version::none());
  }
}

// Counts a change beside the checkpoint, so that a Runner looks at the rows anew although the replay may have come to
// just the checkpoint it knew.
void count_change(ReadModelTransaction& transaction, const std::string& key) {
  const Version changes = transaction.handled(key, {}).value_or(Version{0});
  transaction.set_handled(key, {}, changes.next());
}

}  // namespace

std::unique_ptr<RegisteredHandler> handler_of(const detail::HandlerEntry& entry, const std::string& name,
                                              const ReplayOptions& options, detail::HandledSignal& signal) {
  auto handler = std::make_unique<RegisteredHandler>();
  handler->entry = entry;
  handler->name = name;
  handler->subscription = options.group + "." + name;
  handler->signal = &signal;
  handler->metrics = std::make_unique<detail::HandlerMetrics>(no_metrics(), name, "projector", entry.table);
  FailureOptions failures;
  failures.rules = options.rules;
  failures.breaker.enabled = false;
  detail::FailureHandling::Surroundings around;
  around.clock = options.clock;
  around.log = options.log;
  around.metrics = handler->metrics.get();
  around.dead_letters = options.dead_letters;
  around.node = detail::node_name();
  handler->failures = std::make_unique<detail::FailureHandling>(handler->subscription, failures, std::move(around));
  return handler;
}

GatedTarget::GatedTarget(const TargetContext& context, const detail::HandlerEntry& entry, ReadModel& model,
                         ProjectorTally& tally, std::vector<Position> begins_at)
    : context_{context},
      tally_{tally},
      handler_{handler_of(entry, tally.name, context.options, signal_)},
      projection_{*handler_, *context.options.clock, context.by_version},
      begins_at_{begins_at.empty() ? std::vector<Position>{Position::start()} : std::move(begins_at)} {
  handler_->entry.read_model = &model;
}

void GatedTarget::begin() {
  bool resumed = false;
  {
    const auto transaction = handler_->entry.read_model->begin(tally_.name);
    resumed = context_.options.resume && transaction->checkpoint() &&
              replay_mark(*transaction, tally_.name, context_.filter).has_value();
    if (resumed) {
      marks_ = scan_marks(*transaction, tally_.name);
      for (const HandledVersion& row : transaction->all_handled(tally_.name)) {
        if (!row.aggregate_id.empty()) remember_parked(parked_, row);
      }
    }
  }
  if (!resumed) begin_anew();
  for (std::size_t partition = 0; partition < begins_at_.size(); ++partition) {
    Assignment assignment;
    assignment.partition = static_cast<std::int32_t>(partition);
    assignment.checkpoint = begins_at_[partition];
    places_[assignment.partition] = projection_.open(assignment);
  }
  tally_.done = done().value();
}

// A Runner may handle other partitions between these transactions. Those that are ahead go back first, so that it
// handles anew what is not in the new tables. What it handled since then, before there were new tables, is not in them
// either: so all are set once more. Only then there is a mark to resume at: who dies before begins anew.
void GatedTarget::begin_anew() {
  set_partitions(Move::back);
  {
    const auto transaction = handler_->entry.read_model->begin(tally_.name);
    detail::reset(*handler_);
    transaction->forget_all_handled(tally_.name);
    detail::ReadModelVersions versions{*transaction, tally_.name};
    versions.reset();
    if (context_.begins_anywhere) versions.begin_anywhere();
    forget_replay_mark(*transaction, tally_.name);
    count_change(*transaction, tally_.name);
    transaction->commit(begins_at_.front());
  }
  set_partitions(Move::anywhere);
  const auto transaction = handler_->entry.read_model->begin(tally_.name);
  begin_replay_mark(*transaction, tally_.name, context_.filter);
  transaction->commit(transaction->checkpoint().value_or(begins_at_.front()));
}

void GatedTarget::set_partitions(Move move) {
  for (std::size_t partition = 1; partition < begins_at_.size(); ++partition) {
    const std::string key = detail::checkpoint_name(tally_.name, static_cast<std::int32_t>(partition));
    const auto transaction = handler_->entry.read_model->begin(key);
    const std::optional<Position> done = transaction->checkpoint();
    if (move == Move::back ? !done || *done <= begins_at_[partition] : done == begins_at_[partition]) continue;
    count_change(*transaction, key);
    transaction->commit(begins_at_[partition]);
  }
}

Position GatedTarget::done() const { return is_scan() ? Position::start() : done(0); }

Position GatedTarget::done(std::int32_t partition) const {
  const auto at = places_.find(partition);
  return at == places_.end() ? Position::start() : at->second.done;
}

void GatedTarget::handle(const ReplayPage& page, const std::stop_token& halt) {
  std::map<std::int32_t, Deliveries> todo;
  std::vector<RecordedEvent> restamped;  // a scan's events have no position that counts
  restamped.reserve(is_scan() ? page.size : 0);
  for (const auto& run : page.runs) {
    for (const RecordedEvent& event : run) {
      if (is_scan()) {
        RecordedEvent& own = restamped.emplace_back(event);
        own.partition = 0;
        own.position = done(0);
        todo[0].emplace_back(own);
        continue;
      }
      if (event.position <= done(event.partition) || (last_ && event.position > *last_)) continue;
      // Of no interest: only the last one moves the checkpoint.
      Deliveries& list = todo[event.partition];
      if (!context_.by_version && !list.empty() && !handler_->entry.table.handles(list.back().event->type)) {
        list.back().event = &event;
      } else {
        list.emplace_back(event);
      }
    }
  }
  for (auto& [partition, list] : todo) deliver(partition, std::move(list), halt);
  if (page.mark && !halt.stop_requested()) note(*page.mark, halt);
}

void GatedTarget::deliver(std::int32_t partition, Deliveries todo, const std::stop_token& halt) {
  while (!todo.empty() && !halt.stop_requested()) {
    if (!parked_.empty()) park_followers(todo);
    GatedProjection::Place& place = places_[partition];
    detail::EventRun run;
    GatedProjection::Commit commit{};
    const bool answered = patiently(context_.options, halt, "read model", [&] {
      commit = projection_.handle(partition, place, todo, nullptr, run);
      if (run.thrown && run.finished == 0 && is_retryable(run.thrown)) std::rethrow_exception(run.thrown);
    });
    if (!answered) return;
    if (commit == GatedProjection::Commit::behind) {
      throw Error{Errc::fenced, "replay of " + tally_.name +
                                    ": somebody set its checkpoint back meanwhile (another replay?); nothing is lost, "
                                    "begin again"};
    }
    if (commit == GatedProjection::Commit::elsewhere) {
      const auto found = projection_.look(partition);
      if (!found) throw Error{Errc::fenced, "replay of " + tally_.name + ": its checkpoint is gone; begin again"};
      place = *found;
      std::erase_if(todo, [&](const Delivery& each) { return !is_scan() && each.event->position <= place.done; });
      continue;
    }
    count({todo.data(), run.finished});
    todo.erase(todo.begin(), todo.begin() + static_cast<std::ptrdiff_t>(run.finished));
    if (!is_scan() && partition == 0) tally_.done = place.done.value();
    if (todo.empty()) return;
    if (run.thrown && is_retryable(run.thrown)) continue;
    if (run.thrown) {
      settle(todo.front(), run.thrown, halt);
    } else if (run.turn == detail::VersionGate::Turn::early) {
      read_back(todo, run.reached);
    } else if (run.turn == detail::VersionGate::Turn::late) {
      settle(todo.front(),
             std::make_exception_ptr(Error{Errc::invalid_data, "it came after later ones of its aggregate"}), halt);
    }
  }
}

bool GatedTarget::is_follower(const RecordedEvent& event) const {
  const auto at = parked_.find(event.aggregate_id);
  if (at == parked_.end() || !handler_->entry.table.handles(event.type)) return false;
  return event.version == Version::none() || event.version > at->second;
}

void GatedTarget::park_followers(Deliveries& todo) {
  if (context_.options.dead_letters == nullptr) {
    throw Error{Errc::invalid_argument,
                "replay of " + tally_.name +
                    ": events were parked before it was stopped, and later ones go behind them; "
                    "resume it with dead_letters, or begin anew"};
  }
  for (Delivery& delivery : todo) {
    const RecordedEvent& event = *delivery.event;
    if (delivery.next != Delivery::Next::handle || !is_follower(event)) continue;
    const detail::Decision decision = handler_->failures->follow(event, delivery.troubles());
    if (decision.step == detail::NextStep::done) {
      delivery.next = Delivery::Next::parked;
    } else if (decision.step == detail::NextStep::again) {  // re-driven or discarded meanwhile
      parked_.erase(std::string{event.aggregate_id});
    } else if (decision.step == detail::NextStep::stop) {
      std::rethrow_exception(delivery.trouble->fatal);
    } else {
      throw Error{Errc::unavailable, "replay of " + tally_.name + ": the store of dead letters does not answer"};
    }
  }
}

void GatedTarget::settle(Delivery& delivery, const std::exception_ptr& thrown, const std::stop_token& halt) {
  const RecordedEvent& event = *delivery.event;
  if (context_.options.on_error != OnReplayError::park) {
    settle_failure(context_, tally_, handler_->subscription, event, thrown);  // throws, or:
    delivery.next = Delivery::Next::done;
    return;
  }
  detail::Trouble& trouble = delivery.troubles();
  trouble.calls = 1;
  trouble.failure = context_.options.rules.classify(thrown);
  trouble.error_type = detail::facts_of(thrown).type;
  trouble.error_message = detail::describe(thrown);  // the store cuts it
  trouble.first_failed_at = context_.options.clock->now();
  trouble.to_park = ParkReason::failed;
  context_.first_error.note(detail::failed_event(event, thrown));
  park(delivery, halt);
}

void GatedTarget::park(Delivery& delivery, const std::stop_token& halt) {
  for (;;) {
    const detail::Decision decision = handler_->failures->park(*delivery.event, *delivery.trouble);
    if (decision.step == detail::NextStep::done) break;
    if (decision.step == detail::NextStep::stop) std::rethrow_exception(delivery.trouble->fatal);
    if (!base::pause_until(*context_.options.clock, decision.until, halt)) return;  // it fails again when resumed
  }
  const Version version = delivery.event->version;
  parked_.emplace(delivery.event->aggregate_id, version == Version::none() ? version : Version{version.value() - 1});
  delivery.next = Delivery::Next::parked;
}

// The first event came before those it should follow.
void GatedTarget::read_back(Deliveries& todo, Version reached) {
  const RecordedEvent& event = *todo.front().event;
  const auto page = std::make_shared<const EventPage>(AggregateOrder::read_missing(context_, event, reached));
  Deliveries before;
  before.reserve(page->size() + todo.size());
  auto own = std::make_shared<std::vector<RecordedEvent>>(page->begin(), page->end());
  const std::shared_ptr<const void> owner{
      std::make_shared<std::pair<std::shared_ptr<const EventPage>, std::shared_ptr<std::vector<RecordedEvent>>>>(page,
                                                                                                                 own)};
  for (RecordedEvent& each : *own) {
    each.partition = event.partition;
    each.position = event.position;
    Delivery& delivery = before.emplace_back(each);
    delivery.owner = owner;
  }
  std::move(todo.begin(), todo.end(), std::back_inserter(before));
  todo = std::move(before);
}

void GatedTarget::count(std::span<const Delivery> finished) {
  std::uint64_t handled = 0;
  std::uint64_t parked = 0;
  for (const Delivery& delivery : finished) {
    if (delivery.outcome == Delivery::Outcome::handled && delivery.next == Delivery::Next::handle) ++handled;
    if (delivery.outcome == Delivery::Outcome::parked) ++parked;
  }
  tally_.handled += handled;
  tally_.parked += parked;
}

void GatedTarget::note(const ScanMark& mark, const std::stop_token& halt) {
  unwritten_[mark.segment] = mark;
  const Instant now = context_.options.clock->instant();
  if (now < next_note_ && !mark.finished) return;
  while (!unwritten_.empty()) {
    std::vector<int> written;
    const bool answered = patiently(context_.options, halt, "read model", [&] {
      written.clear();
      const auto transaction = handler_->entry.read_model->begin(tally_.name);
      for (const auto& [segment, each] : unwritten_) {
        set_scan_mark(*transaction, tally_.name, each);
        written.push_back(segment);
        if (transaction->full()) break;
      }
      transaction->commit(transaction->checkpoint().value_or(Position::start()));
    });
    if (!answered) break;  // what was read since the marks is read again
    for (const int segment : written) unwritten_.erase(segment);
  }
  next_note_ = now + kNoteEvery;
}

void GatedTarget::finish() { finish_replay_mark(*handler_->entry.read_model, tally_.name); }

}  // namespace leftfold::inline v0::runtime
