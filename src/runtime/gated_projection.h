// SPDX-License-Identifier: Apache-2.0
// A projector whose read model keeps its checkpoint: what it wrote and how far it got commit together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>

#include "runtime/event_run.h"
#include "runtime/offset_window.h"
#include "runtime/projection_rows.h"
#include "runtime/registered_handler.h"
#include "runtime/version_gate.h"

namespace leftfold::inline v0::detail {

/// The transactions of one projector. What the read model itself says decides what is handled, so the effect is exactly
/// once whatever the feed delivers again, and whoever else runs the same subscription:
/// - an aggregate without a row (ReadModelTransaction::handled) is in the tables up to the checkpoint;
/// - one with a row is in the tables up to the row's version, wherever the checkpoint is. It gets a row when an event
/// of
///   it is handled above the checkpoint, because another aggregate's waits below, and when one is parked. The row goes
///   when the checkpoint says the same again and nothing of it is parked.
/// One thread; redrive() any, on an object of its own. Functions throw Error(unavailable, ...) of the read model;
/// nothing happened then, call again.
class GatedProjection {
 public:
  /// `may_repeat` as the feed says it: then a version gate decides as well, in the same transactions.
  GatedProjection(RegisteredHandler& handler, Clock& clock, bool may_repeat)
      : handler_{handler}, clock_{clock}, may_repeat_{may_repeat} {}

  /// How far a partition is, as its last commit left it.
  struct Place {
    Position done;             // the checkpoint
    std::int64_t changes = 0;  // commits that changed rows and not the checkpoint
  };

  /// Where a partition continues. Without a checkpoint it makes the tables empty and stores where it begins, so that
  /// they can be queried from then on. Throws what reset() throws, as Error(handler_failed).
  [[nodiscard]] Place open(const Assignment& assignment);
  /// Reads again where a partition is, after somebody else committed; empty when it has no checkpoint any more.
  [[nodiscard]] std::optional<Place> look(std::int32_t partition);
  /// The partition went away.
  void forget(std::int32_t partition) { rows_.forget(partition); }

  enum class Commit {
    done,
    behind,     // the checkpoint went back or is gone: nothing happened, open() again
    elsewhere,  // somebody else went on: nothing happened, look()
  };
  /// Handles a run in one transaction and commits; `place` is then where the partition is. When an event fails, all is
  /// undone and the events before it are handled again and committed, so the tables are just before it; the same when
  /// the commit refuses (invalid_argument) what one of them wrote. The run ends where the transaction is full; an event
  /// that does not fit fails only when it was the first. `window` says which events are unfinished, those given among
  /// them; null: no others than what comes after these.
  [[nodiscard]] Commit handle(std::int32_t partition, Place& place, std::span<Delivery> events,
                              const OffsetWindow* window, EventRun& run);
  /// Stores that events of no interest were passed.
  [[nodiscard]] Commit pass(std::int32_t partition, Place& place, Position to);

  /// Handles a parked event, while the handler handles nothing else; the checkpoint stays. Does nothing when the tables
  /// hold it already. Throws what the handler and the read model throw, and Error(unavailable) when the projector has
  /// not passed the event yet: then it comes there first; also when the version before it never came.
  void redrive(const RecordedEvent& event);

 private:
  // A read model keeps one checkpoint a projector, whatever its group: the tables are the projector's, and two groups
  // that share them must not both count an event. Partition 0 keeps the one of the projector's own name, which for
  // other partitions says that the tables are made.
  [[nodiscard]] std::string key(std::int32_t partition) const;
  [[nodiscard]] std::int64_t changes(const ReadModelTransaction& transaction, std::int32_t partition) const;
  [[nodiscard]] Place learn(const ReadModelTransaction& transaction, std::int32_t partition, Position done);
  [[nodiscard]] Commit compare(const ReadModelTransaction& transaction, std::int32_t partition,
                               const Place& place) const;
  [[nodiscard]] bool keeps_rows(std::span<const Delivery> events, const OffsetWindow* window) const;
  static void expect(const ReadModelVersions& versions, std::span<const Delivery> events);
  void begin_versions(ReadModelTransaction& transaction, const Assignment& assignment) const;
  void commit(ReadModelTransaction& transaction, std::int32_t partition, Place& place, std::span<const Delivery> events,
              const OffsetWindow* window);

  RegisteredHandler& handler_;
  Clock& clock_;
  const bool may_repeat_;
  ProjectionRows rows_;
};

}  // namespace leftfold::inline v0::detail
