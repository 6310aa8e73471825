// SPDX-License-Identifier: Apache-2.0
#include "runtime/gated_projection.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/checkpoint_name.h"
#include "runtime/gate_key.h"

namespace leftfold::inline v0::detail {
namespace {

// Another partition came first: the tables are made, and partition 0 has no checkpoint yet.
constexpr Position kTablesMade{-1};
// Of the row that counts changes beside a partition's checkpoint; no aggregate has an empty id.
constexpr std::string_view kChanges{};
// Rows that ProjectionRows::Update writes for one event at most.
constexpr std::size_t kMostRowsAnEvent = 2;
// As many as a transaction of a limited store would hold.
constexpr std::size_t kMostExpected = 100;

// What the read model says of the events' writes only when they are to be stored; other errors pass.
template <class Store>
std::exception_ptr refusal_of(Store store) {
  try {
    store();
    return nullptr;
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_argument) throw;
    return std::current_exception();
  }
}

bool was_called(const Delivery& delivery) {
  return delivery.next == Delivery::Next::handle && delivery.outcome == Delivery::Outcome::handled;
}

}  // namespace

std::string GatedProjection::key(std::int32_t partition) const { return checkpoint_name(handler_.name, partition); }

std::int64_t GatedProjection::changes(const ReadModelTransaction& transaction, std::int32_t partition) const {
  return transaction.handled(key(partition), kChanges).value_or(Version{0}).value();
}

GatedProjection::Place GatedProjection::learn(const ReadModelTransaction& transaction, std::int32_t partition,
                                              Position done) {
  rows_.learn(transaction.all_handled(handler_.name), partition);
  return {done, changes(transaction, partition)};
}

GatedProjection::Place GatedProjection::open(const Assignment& assignment) {
  const InsideGate inside{handler_.gate};
  ReadModel& model = *handler_.entry.read_model;
  const std::int32_t partition = assignment.partition;
  {
    const auto made = model.begin(handler_.name);
    const std::optional<Position> checkpoint = made->checkpoint();
    if (!checkpoint) {
      reset(handler_);
      made->forget_all_handled(handler_.name);  // but the one of kChanges
      if (may_repeat_) ReadModelVersions{*made, handler_.name}.reset();
    }
    if (partition == 0) {
      if (checkpoint && *checkpoint != kTablesMade) return learn(*made, partition, *checkpoint);
      const Place place = learn(*made, partition, assignment.checkpoint);
      begin_versions(*made, assignment);
      made->commit(place.done);
      return place;
    }
    if (!checkpoint) made->commit(kTablesMade);
  }
  const auto transaction = model.begin(key(partition));
  if (const std::optional<Position> checkpoint = transaction->checkpoint()) {
    return learn(*transaction, partition, *checkpoint);
  }
  const Place place = learn(*transaction, partition, assignment.checkpoint);
  begin_versions(*transaction, assignment);
  transaction->commit(place.done);
  return place;
}

// What lies before the start will never come, so aggregates may begin with any version.
void GatedProjection::begin_versions(ReadModelTransaction& transaction, const Assignment& assignment) const {
  if (!may_repeat_ || assignment.checkpoint == Position::start()) return;
  ReadModelVersions{transaction, handler_.name}.begin_anywhere();
}

std::optional<GatedProjection::Place> GatedProjection::look(std::int32_t partition) {
  const auto transaction = handler_.entry.read_model->begin(key(partition));
  const std::optional<Position> checkpoint = transaction->checkpoint();
  if (!checkpoint) return std::nullopt;
  return learn(*transaction, partition, *checkpoint);
}

GatedProjection::Commit GatedProjection::compare(const ReadModelTransaction& transaction, std::int32_t partition,
                                                 const Place& place) const {
  const std::optional<Position> checkpoint = transaction.checkpoint();
  if (!checkpoint || *checkpoint < place.done) return Commit::behind;
  if (*checkpoint > place.done || changes(transaction, partition) != place.changes) return Commit::elsewhere;
  return Commit::done;
}

GatedProjection::Commit GatedProjection::handle(std::int32_t partition, Place& place, std::span<Delivery> events,
                                                const OffsetWindow* window, EventRun& run) {
  const InsideGate inside{handler_.gate};
  run = {};
  std::exception_ptr thrown;
  bool again = false;
  for (;;) {
    const auto transaction = handler_.entry.read_model->begin(key(partition));
    const Commit found = compare(*transaction, partition, place);
    if (found != Commit::done) return found;
    RunOptions options;
    options.ask_breaker = !again;
    if (rows_.any()) {
      options.in_table = [&](const RecordedEvent& event) {
        const GateKey gate{event};
        if (!rows_.has(gate.aggregate())) return false;
        const std::optional<Version> handled = transaction->handled(handler_.name, gate.aggregate());
        return handled && *handled >= gate.version();
      };
    }
    ReadModelVersions versions{*transaction, handler_.name};
    VersionGate gate{versions};
    if (may_repeat_) {
      options.gate = &gate;
      expect(versions, events);
    }
    options.transaction = transaction.get();
    options.rows_an_event = keeps_rows(events, window) ? kMostRowsAnEvent : 0;
    run = handle_run(handler_, events, clock_, options);
    if (run.overfull) {  // what comes first next time has the transaction for itself
      events = events.first(run.finished);
      thrown = nullptr;
      again = true;
      continue;
    }
    if (run.thrown) {
      again = true;
      thrown = std::move(run.thrown);
      events = events.first(run.finished);
      if (run.finished > 0) continue;  // undoes all by leaving; again without the event that failed
      run.thrown = std::move(thrown);
      return Commit::done;
    }
    transaction->keep_room(0);  // here it is
    if (run.finished > 0) {
      const std::exception_ptr refused = refusal_of([&] {
        gate.save();
        commit(*transaction, partition, place, events.first(run.finished), window);
      });
      if (refused) {
        thrown = nullptr;
        again = true;
        if (run.finished > 1) {  // half of them, until the one that it is about is the first
          events = events.first(run.finished / 2);
          continue;
        }
        if (!was_called(events.front())) std::rethrow_exception(refused);
        run = {};
        run.thrown = refused;
        return Commit::done;
      }
    }
    if (run.finished == events.size()) run.thrown = std::move(thrown);
    return Commit::done;
  }
}

// Whether a commit of these may change rows: ProjectionRows::Update.
bool GatedProjection::keeps_rows(std::span<const Delivery> events, const OffsetWindow* window) const {
  return window != nullptr || rows_.any() || std::any_of(events.begin(), events.end(), [](const Delivery& delivery) {
           return delivery.next == Delivery::Next::parked;
         });
}

void GatedProjection::expect(const ReadModelVersions& versions, std::span<const Delivery> events) {
  std::vector<std::string_view> aggregates;
  aggregates.reserve(std::min(events.size(), kMostExpected));
  for (const Delivery& delivery : events.first(std::min(events.size(), kMostExpected))) {
    if (delivery.event->version != Version::none()) aggregates.push_back(delivery.event->aggregate_id);
  }
  versions.expect(aggregates);
}

void GatedProjection::commit(ReadModelTransaction& transaction, std::int32_t partition, Place& place,
                             std::span<const Delivery> events, const OffsetWindow* window) {
  Place next = place;
  if (window == nullptr) {
    // What a scan brings has the place that the checkpoint had then; somebody else may have moved it since.
    next.done = std::max(place.done, events.back().event->position);
  } else {
    OffsetWindow after = *window;
    for (const Delivery& delivery : events) after.finish(delivery.event->position);
    next.done = after.done();
  }
  ProjectionRows::Update update{rows_, transaction, handler_.name, partition, next.done};
  if (keeps_rows(events, window)) {
    for (const Delivery& delivery : events) update.finished(delivery, *handler_.failures);
    update.finish();
    if (update.changed() && next.done == place.done) {
      ++next.changes;
      transaction.set_handled(key(partition), kChanges, Version{next.changes});
    }
  }
  transaction.commit(next.done);
  place = next;
  update.apply();
}

GatedProjection::Commit GatedProjection::pass(std::int32_t partition, Place& place, Position to) {
  const auto transaction = handler_.entry.read_model->begin(key(partition));
  const Commit found = compare(*transaction, partition, place);
  if (found != Commit::done || place.done == to) return found;
  transaction->commit(to);
  place.done = to;
  return Commit::done;
}

void GatedProjection::redrive(const RecordedEvent& event) {
  const HandlerPause pause{handler_.gate};
  const GateKey gate{event};
  const auto transaction = handler_.entry.read_model->begin(key(event.partition));
  const std::optional<Position> done = transaction->checkpoint();
  const std::optional<Version> handled = transaction->handled(handler_.name, gate.aggregate());
  ReadModelVersions versions{*transaction, handler_.name};
  VersionGate version_gate{versions};
  // What was re-driven must not be waited for, and what the projector has not come to yet must not come again.
  const auto decided = [&] {
    const VersionGate::Turn turn = version_gate.turn_of(event);
    const bool known = versions.reached(event.aggregate_id).has_value();  // of a feed that may repeat
    if (known && (turn == VersionGate::Turn::late || turn == VersionGate::Turn::next)) {
      version_gate.finish(event, turn, false);
      version_gate.save();
    }
  };
  if (handled && *handled >= gate.version()) {
    decided();
    if (done) transaction->commit(*done);
    return;
  }
  if (!handled && done && *done >= event.position) return;  // no row: the checkpoint says it
  const std::optional<Version> reached = versions.reached(event.aggregate_id);
  if (!handled || !done || (reached && gate.version() > reached->next())) {
    throw Error{Errc::unavailable, "projector " + handler_.name + " has not come to position " +
                                       std::to_string(event.position.value()) +
                                       " yet, where this event was parked; run it, then re-drive again"};
  }
  const Version before = gate.before();
  if (contains(versions.missing(event.aggregate_id), before)) {
    throw Error{Errc::unavailable,
                "projector " + handler_.name + ": version " + std::to_string(before.value()) + " of aggregate \"" +
                    std::string{event.aggregate_id} + "\" never came, so version " +
                    std::to_string(event.version.value()) +
                    " cannot be handled; publish it again, or skip this letter and go on without both"};
  }
  handler_.entry.table.handle(event);
  decided();
  transaction->set_handled(handler_.name, gate.aggregate(), gate.version());
  transaction->commit(*done);
}

}  // namespace leftfold::inline v0::detail
