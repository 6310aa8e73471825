// SPDX-License-Identifier: Apache-2.0
// Brings changes into the order of versions and sends them: the heart of everything that publishes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>
#include <leftfold/cursor_store.h>
#include <leftfold/event_sink.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/publisher.h>

#include "runtime/change_lane.h"
#include "runtime/resequencer_counts.h"

namespace leftfold::inline v0::runtime {

struct ResequencerOptions {
  /// Aggregates in memory; one with events on the way, something that waits or a cursor not yet taken is never
  /// forgotten.
  std::size_t remembered = 100'000;
  Unpublishable unpublishable = Unpublishable::block;
  std::chrono::milliseconds blocked_retry{60'000};
  Clock* clock = &system_clock();
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
};

/// A cursor per aggregate is a lower bound of what the broker acknowledged. Version v of a change: up to the cursor it
/// is dropped, right after it is sent, beyond a gap the gap is read back from the store and sent first; the cursor
/// moves after the acknowledgement. So every version is sent after the one before it was acknowledged by someone or is
/// ahead of it in this sink, and first occurrences are in order whatever others do (docs/decisions/0007-publisher.md).
///
/// It needs a sink that is gapless: where one event of an aggregate failed, no later one of those on the way may be in
/// the broker. What the store does not show yet stalls its aggregate alone: it is asked again after 20 ms, doubling to
/// 200 ms, and after a minute the aggregate counts as blocked.
///
/// It lives with one sink: when a function throws, both are over, and every later take() and settle() throws
/// Error(unavailable). take_cursors(), done() of the lanes and the counts stay right and may still be stored. Close the
/// sink and begin anew with another sink and Resequencer from the lanes' done(). One thread at a time. What it was
/// given must outlive it.
class Resequencer {
 public:
  Resequencer(EventStore& store, CursorStore& cursors, EventSink& sink, const ResequencerOptions& options);
  ~Resequencer();
  Resequencer(const Resequencer&) = delete;
  Resequencer& operator=(const Resequencer&) = delete;

  /// A source of changes. It ends with close_lane(), or with the Resequencer.
  [[nodiscard]] ChangeLane& open_lane();
  /// Its changes are still sent, and no longer noted.
  void close_lane(ChangeLane& lane);

  /// Takes the changes of a page; waits while the sink has no room. Returns how many it took: fewer when `stop` was
  /// requested or `deadline` came. Throws Error(unavailable) when the broker failed an event, and what the ports throw.
  std::size_t take(ChangeLane& lane, const ChangePage& page, const std::stop_token& stop, Instant deadline = kNever);
  /// As one change that says only that the aggregate has this version. Returns false when `stop` was requested.
  bool take(ChangeLane& lane, std::string_view sequence, std::string_view aggregate_id, Version version,
            const std::stop_token& stop);

  /// Waits for receipts until `deadline`, `stop` or wake() of the sink, settles what they acknowledge, and asks the
  /// store again where it is time to; returns when something came of it. Throws as take.
  void settle(const std::stop_token& stop, Instant deadline);

  /// The cursors that moved since the last call, each aggregate once, to be stored before the lanes' done().
  [[nodiscard]] std::vector<PublishCursor> take_cursors();
  /// Events sent and not acknowledged.
  [[nodiscard]] std::size_t on_the_way() const noexcept;
  /// When the oldest of them was stored; empty when there is none. Looks at each of them.
  [[nodiscard]] std::optional<Timestamp> oldest_on_the_way() const noexcept;
  /// True when nothing moves unless time passes: no event is on the way, what is open is blocked.
  [[nodiscard]] bool at_rest() const noexcept;
  [[nodiscard]] std::vector<BlockedAggregate> blocked() const;
  [[nodiscard]] const ResequencerCounts& counts() const noexcept;
  /// Aggregates in memory.
  [[nodiscard]] std::size_t remembered() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0::runtime
