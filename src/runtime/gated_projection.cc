#include "runtime/gated_projection.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/handler_failed.h"

namespace leftfold::detail {
namespace {

// Another partition came first: the tables are made, and partition 0 has no checkpoint yet.
constexpr Position kTablesMade{-1};

}  // namespace

std::string GatedProjection::key(std::int32_t partition) const {
  return partition == 0 ? handler_.name : handler_.name + "/" + std::to_string(partition);
}

Position GatedProjection::open(const Assignment& assignment) {
  const InsideGate inside{handler_.gate};
  ReadModel& model = *handler_.entry.read_model;
  {
    const auto made = model.begin(handler_.name);
    const std::optional<Position> checkpoint = made->checkpoint();
    if (!checkpoint) reset(handler_);
    if (assignment.partition == 0) {
      if (checkpoint && *checkpoint != kTablesMade) return *checkpoint;
      made->commit(assignment.checkpoint);
      return assignment.checkpoint;
    }
    if (!checkpoint) made->commit(kTablesMade);
  }
  const auto transaction = model.begin(key(assignment.partition));
  if (const std::optional<Position> checkpoint = transaction->checkpoint()) return *checkpoint;
  transaction->commit(assignment.checkpoint);
  return assignment.checkpoint;
}

GatedProjection::Result GatedProjection::handle(std::int32_t partition, Position done,
                                                std::span<const RecordedEvent* const> events) {
  const InsideGate inside{handler_.gate};
  std::exception_ptr failure;
  for (;;) {
    const auto transaction = handler_.entry.read_model->begin(key(partition));
    const std::optional<Position> checkpoint = transaction->checkpoint();
    if (!checkpoint || *checkpoint < done) return {{}, done, 0, true};
    // Another process went on with this subscription: what it handled is not handled again.
    const auto first = std::find_if(events.begin(), events.end(),
                                    [&](const RecordedEvent* event) { return event->position > *checkpoint; });
    const auto skipped = static_cast<std::size_t>(first - events.begin());
    Result result{handle_run(handler_, events.subspan(skipped), clock_), *checkpoint, skipped, false};
    if (result.run.failure) {
      failure = std::move(result.run.failure);
      events = events.first(skipped + result.run.finished);
      if (result.run.finished > 0) continue;  // undoes all by leaving; again without the event that failed
      return {{skipped, 0, std::move(failure)}, *checkpoint, skipped, false};
    }
    if (result.run.finished > 0) {
      result.done = events[skipped + result.run.finished - 1]->position;
      transaction->commit(result.done);
    }
    result.run.finished += skipped;
    if (result.run.finished == events.size()) result.run.failure = std::move(failure);
    return result;
  }
}

void GatedProjection::redrive(const RecordedEvent& event) {
  const HandlerPause pause{handler_.gate};
  const auto transaction = handler_.entry.read_model->begin(key(event.partition));
  handler_.entry.table.handle(event);
  transaction->commit(transaction->checkpoint().value_or(Position::start()));
}

bool GatedProjection::pass(std::int32_t partition, Position done, Position to) {
  const auto transaction = handler_.entry.read_model->begin(key(partition));
  const std::optional<Position> checkpoint = transaction->checkpoint();
  if (!checkpoint || *checkpoint < done) return false;
  if (*checkpoint < to) transaction->commit(to);
  return true;
}

}  // namespace leftfold::detail
