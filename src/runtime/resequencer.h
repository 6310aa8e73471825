// Brings changes into the order of versions and sends them: the heart of everything that publishes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
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

namespace leftfold::runtime {

/// How far one source of changes is settled. A change is settled when the broker has acknowledged its events, or had
/// before. One thread at a time; belongs to its Resequencer.
class ChangeLane {
 public:
  /// Sequence of the newest change before which, itself included, everything is settled; empty: none yet.
  [[nodiscard]] const std::string& done() const noexcept { return done_; }
  /// The oldest change that is not settled; empty when there is none.
  [[nodiscard]] std::string_view oldest_open() const noexcept;
  /// Changes taken and not settled.
  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  friend class Resequencer;
  // ...
  std::string done_;
  std::size_t open_ = 0;
};

struct ResequencerOptions {
  std::size_t remembered = 100'000;  ///< aggregates in memory; one with events on the way is never forgotten
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
/// It lives with one sink: when a function throws, both are over. Close the sink, forget the cursors not yet taken, and
/// begin anew with another sink and Resequencer from the lanes' done(). One thread at a time. What it was given must
/// outlive it.
class Resequencer {
 public:
  Resequencer(EventStore& store, CursorStore& cursors, EventSink& sink, const ResequencerOptions& options);
  ~Resequencer();

  /// A source of changes. It ends with close_lane(), or with the Resequencer.
  [[nodiscard]] ChangeLane& open_lane();
  /// Its changes are still sent, and no longer noted.
  void close_lane(ChangeLane& lane);

  /// Takes the changes of a page; waits while the sink has no room. Returns how many it took: fewer when `stop` was
  /// requested. Throws Error(unavailable) when the broker failed an event, and what the ports throw.
  std::size_t take(ChangeLane& lane, const ChangePage& page, const std::stop_token& stop);
  /// As one change that says only that the aggregate has this version. Returns false when `stop` was requested.
  bool take(ChangeLane& lane, std::string sequence, std::string_view aggregate_id, Version version,
            const std::stop_token& stop);

  /// Waits for receipts until `deadline`, `stop` or wake() of the sink, settles what they acknowledge, and asks the
  /// store again where it is time to. Throws as take.
  void settle(const std::stop_token& stop, Instant deadline);

  /// The cursors that moved since the last call, to be stored before the lanes' done().
  [[nodiscard]] std::vector<PublishCursor> take_cursors();
  /// Events sent and not acknowledged.
  [[nodiscard]] std::size_t on_the_way() const noexcept;
  /// True when nothing moves unless time passes: no event is on the way, what is open is blocked.
  [[nodiscard]] bool at_rest() const noexcept;
  [[nodiscard]] std::vector<BlockedAggregate> blocked() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::runtime
