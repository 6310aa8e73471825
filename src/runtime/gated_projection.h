// A projector whose read model keeps its checkpoint: what it wrote and how far it got commit together.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>

#include "runtime/event_run.h"
#include "runtime/registered_handler.h"

namespace leftfold::detail {

/// The transactions of one projector. The read model's own checkpoint decides what was handled, so the effect is
/// exactly once whatever the feed delivers again, and whoever else runs the same subscription. One thread. Functions
/// throw Error(unavailable, ...) of the read model; nothing happened then, call again.
class GatedProjection {
 public:
  GatedProjection(RegisteredHandler& handler, Clock& clock) : handler_{handler}, clock_{clock} {}

  /// Where a partition continues. Without a checkpoint it makes the tables empty and stores where it begins, so that
  /// they can be queried from then on. Throws what reset() throws, as Error(handler_failed).
  [[nodiscard]] Position open(const Assignment& assignment);

  struct Result {
    EventRun run;
    Position done;            // the checkpoint afterwards
    std::size_t skipped = 0;  // of the finished ones, those that another process had handled
    bool behind = false;      // the checkpoint is not where it was left: nothing was handled, open() again
  };
  /// Handles one event of a parked sequence; the checkpoint stays. Throws what the handler and the read model throw.
  void redrive(const RecordedEvent& event);
  /// Handles a run in one transaction and commits. When an event fails, all is undone and the events before it are
  /// handled again and committed, so the checkpoint is just before it.
  [[nodiscard]] Result handle(std::int32_t partition, Position done, std::span<const RecordedEvent* const> events);

  /// Stores that events of no interest were passed. False: as Result::behind.
  [[nodiscard]] bool pass(std::int32_t partition, Position done, Position to);

 private:
  // A read model keeps one checkpoint a projector, whatever its group: the tables are the projector's, and two groups
  // that share them must not both count an event. Partition 0 keeps the one of the projector's own name, which for
  // other partitions says that the tables are made.
  [[nodiscard]] std::string key(std::int32_t partition) const;

  RegisteredHandler& handler_;
  Clock& clock_;
};

}  // namespace leftfold::detail
