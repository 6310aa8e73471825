// SPDX-License-Identifier: Apache-2.0
// Replay: lets Projectors handle stored events again.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_scan.h>
#include <leftfold/event_store.h>
#include <leftfold/handler_table.h>
#include <leftfold/listener.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/projector.h>
#include <leftfold/runner.h>
#include <leftfold/shadow_tables.h>

namespace leftfold::inline v0 {

/// Where the events of a replay come from. Plain value; what it names must outlive the Replay.
class ReplaySource {
 public:
  /// A store with an order over all aggregates: several threads read ahead, projectors get its order.
  ReplaySource(EventStore& store) : store_{&store} {}  // NOLINT(google-explicit-constructor): Replay{store}
  /// A store without one, such as DynamoDB's: read in `segments` parts at once. The scan's order does not count: each
  /// aggregate's events are handled by version, and what the scan brings late is read back from `store`.
  [[nodiscard]] static ReplaySource scan(EventScan& scan, EventStore& store, int segments = 8);
  /// A broker, such as Kafka, up to its head as the replay begins. An event that one before it never preceded is an
  /// error of the replay; when the broker does not keep its first events any more, a warning in the log instead.
  [[nodiscard]] static ReplaySource feed(EventFeed& feed);

  [[nodiscard]] EventStore* store() const noexcept { return store_; }
  [[nodiscard]] EventScan* scan() const noexcept { return scan_; }
  [[nodiscard]] EventFeed* feed() const noexcept { return feed_; }
  [[nodiscard]] int segments() const noexcept { return segments_; }

 private:
  ReplaySource() = default;
  EventStore* store_ = nullptr;
  EventScan* scan_ = nullptr;
  EventFeed* feed_ = nullptr;
  int segments_ = 1;
};

/// What becomes of an event that a projector cannot handle.
enum class OnReplayError {
  stop,  ///< the replay ends before the event; resumed, it begins there
  skip,  ///< it is counted and logged, and passed
  park,  ///< it is a dead letter as in the Runner, its followers behind it; needs a read model and `dead_letters`
};

/// Which tables a replay writes to.
enum class ReplayInto {
  in_place,  ///< those in use: readers see them empty and then fill up
  shadow,    ///< a generation beside them, for a read model that can (ReadModel::open_shadow)
};

/// Which events a replay handles, and into what. Plain value.
struct ReplayOptions {
  std::vector<std::string> types{};       ///< only events of these types; empty: of all
  std::vector<std::string> aggregates{};  ///< only events of these, one aggregate after another; empty: of all
  Position from{};                        ///< the first event; start(): the first there is. Not with a scan
  Position to{};                          ///< the last event; start(): the newest as the replay begins. Not with a scan
  std::optional<Timestamp> since{};       ///< only events stored then or later
  std::optional<Timestamp> until{};       ///< only events stored before
  std::size_t threads = 0;                ///< that read, and that handle for a projector with const `on`; 0: one a core
  std::size_t batch = 1'000;              ///< events read in one go, and most in one transaction
  double events_a_second = 0;             ///< looked at, at most; 0: as fast as it goes
  OnReplayError on_error = OnReplayError::stop;
  ReplayInto into = ReplayInto::in_place;
  bool resume = false;                      ///< go on with an unfinished replay of the same events, if there is one
  bool dry_run = false;                     ///< count only; nothing is handled or changed
  std::string group = "example-group";      ///< dead letters are kept under "<group>.<projector>"
  DeadLetterStore* dead_letters = nullptr;  ///< for OnReplayError::park
  FailureRules rules{};                     ///< what dead letters say of a failure
  EventFeed* live = nullptr;                ///< of a scan: the broker that the projectors go on with; they begin there
                                            ///< where it stood when the replay began
  std::chrono::milliseconds patience{60'000};  ///< how long a store that does not answer is asked again
  Clock* clock = &system_clock();              ///< must outlive the Replay, as all above and the next
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
};

/// How far a replay is. Plain value.
struct ReplayProgress {
  /// How far one projector has come.
  struct Projector {
    std::string name;
    std::uint64_t handled = 0;  ///< calls of `on` that returned; in a dry run those there would be
    std::uint64_t skipped = 0;  ///< OnReplayError::skip
    std::uint64_t parked = 0;   ///< OnReplayError::park, followers too
    Position done;              ///< of a source with positions: everything up to here is handled
    bool whole = false;         ///< its tables are made anew; false: the events come on top of what the tables hold
  };
  /// How many events there were of one type.
  struct Type {
    std::string type;
    std::uint64_t events = 0;
  };
  std::uint64_t looked_at = 0;  ///< events read
  std::uint64_t expected = 0;   ///< about how many there are to look at; 0 when it is not known
  bool complete = false;        ///< every event was handled; false after a stop
  std::vector<Projector> projectors;
  std::vector<Type> types;  ///< of a dry run: chosen events by type, the most first
  std::string first_error;  ///< of the first event that was skipped or parked

  /// From 0 to 1.
  [[nodiscard]] double part() const noexcept;
};

/// How a projector's tables in use differ from its shadow. Plain value.
struct ShadowComparison {
  std::string projector;
  std::optional<Position> at;  ///< the checkpoint of both; empty when there were no tables in use as it began
  TableComparison found;
};

/// Runs stored events through Projectors once more:
///
///     leftfold::Replay replay{store, {.on_error = leftfold::OnReplayError::skip}};
///     replay.add(hot_products).add(daily_sales);
///     leftfold::ReplayProgress done = replay.run(stop);
///
/// Whole or not: a replay without a lower bound and with every type that a projector handles is whole for it: reset()
/// comes first, and afterwards its tables are what live handling had made of the same events. Otherwise the events are
/// handled on top of what the tables hold. A projector with a read model handles in transactions that hold its rows and
/// its checkpoint, whatever stops the replay; a Runner may handle the same projector meanwhile, from another object or
/// process, and goes on from there. One in memory must not be handled by a Runner meanwhile.
///
/// Order: events of one aggregate come by version, each once. With a store's order, projectors get it; one whose `on`
/// are all const and whose table is in memory is called from several threads at once, for different aggregates.
/// Shadow: ReplayInto::shadow builds a second generation up to the checkpoint of the one in use, by the projector's own
/// SQL; then compare() and swap(), or discard(). What is left when it is stopped, a Replay with `resume` goes on with.
/// Memory: some pages of `batch` events; with a scan and a table in memory also some 100 bytes an aggregate.
///
/// add() and run(): one thread; progress(): any, also while run() runs. Projectors must outlive it.
class Replay {
 public:
  /// Throws Error(invalid_argument) for options that do not go together.
  explicit Replay(ReplaySource source, ReplayOptions options = {});
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// Adds a Projector, under the name its checkpoint is kept by (empty: handler_name<P>()). A Listener does not
  /// compile. Throws Error(invalid_argument) for a name or projector used twice, a name that Runner::add refuses, and
  /// for one that cannot do what the options say.
  template <class P>
  Replay& add(P& projector, std::string name = {}) {
    static_assert(!ListenerType<P>,
                  "a Listener is never replayed: it would send its mails again. Give Replay a Projector");
    static_assert(ListenerType<P> || ProjectorType<P>, "Replay takes what derives from leftfold::Projector<Events>");
    if constexpr (ProjectorType<P> && !ListenerType<P>) {
      static_assert(Resettable<P>, "a Projector needs `void reset()`: make its table empty");
      detail::HandlerEntry entry;
      entry.handler = &projector;
      entry.table = HandlerTable::of(projector);
      entry.default_name = handler_name<P>();
      entry.is_projector = true;
      entry.options.name = std::move(name);
      if constexpr (Resettable<P>) entry.reset = [](void* p) { static_cast<P*>(p)->reset(); };
      if constexpr (HasReadModel<P>) entry.read_model = &static_cast<ReadModel&>(projector.read_model());
      add_entry(std::move(entry));
    }
    return *this;
  }

  /// Replays until every event is handled or `stop` is requested; then everything handled is committed. Call it once.
  /// Throws HandlerFailed for an event that a projector cannot handle (OnReplayError::stop), Error(handler_failed) when
  /// reset() threw, Error(fenced) when somebody set a checkpoint back meanwhile, what the source and the read models
  /// throw after `patience`, and Error(invalid_argument) without a projector.
  ReplayProgress run(const std::stop_token& stop = {});
  [[nodiscard]] ReplayProgress progress() const;

  /// After a run() into shadows that was complete: how the tables in use differ from the shadow's, which is brought to
  /// the same checkpoint for it; at most `most` differences of each projector are listed. Handling goes on meanwhile.
  /// Needs a store's order. Throws as run(), and Error(stopped) after a stop.
  [[nodiscard]] std::vector<ShadowComparison> compare(std::size_t most = 10, const std::stop_token& stop = {});
  /// After a run() into shadows that was complete: brings each shadow to the end of the store while nobody else writes,
  /// and lets it take the place of the tables in use, in one transaction a projector; those are kept for
  /// ReadModel::restore_kept. A Runner goes on with the new tables at its next transaction. With a scan or a broker the
  /// new tables are where the source stood, and the Runner brings them to its end. Throws as run() and TableSwap:
  /// projectors swapped before stay so; Error(stopped) after a stop.
  void swap(const std::stop_token& stop = {});
  /// Removes the shadows. Throws as ShadowTables::discard.
  void discard();

  /// In one line: events of these types (empty: of all) through these projectors.
  ///     Replay::run(store, std::tie(hot_products, daily_sales), {"CartItemAdded"});
  /// Throws as the constructor, add() and run().
  template <class... P>
  static ReplayProgress run(ReplaySource source, std::tuple<P&...> projectors, std::vector<std::string> events = {}) {
    ReplayOptions options;
    options.types = std::move(events);
    Replay replay{source, std::move(options)};
    std::apply([&replay](auto&... each) { (replay.add(each), ...); }, projectors);
    return replay.run();
  }

 private:
  class Impl;
  void add_entry(detail::HandlerEntry entry);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
