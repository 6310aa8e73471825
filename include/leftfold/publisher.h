// SPDX-License-Identifier: Apache-2.0
// Publisher: sends stored events to a broker, per aggregate in order, at least once, whatever dies.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_sink.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/published_store.h>

namespace leftfold::inline v0 {

/// Opens a writing side of the broker, never null; called again after a failure.
using OpenSink = std::function<std::unique_ptr<EventSink>()>;

/// What becomes of an event that the broker can never take (too large), or that cannot be read from the store.
enum class Unpublishable {
  block,  ///< its aggregate waits, everything else goes on; it is tried again every minute, logged and counted
  mark,   ///< an event of type kUnpublished takes its place in the broker, on which every handler fails, so that each
          ///< subscription parks it and its followers where people see it; the event itself stays in the store
};

/// How a Publisher shares the work, and what it does about what it cannot publish. Plain value.
struct PublisherOptions {
  enum class From {
    stream,  ///< the store's change stream; one that is not there yet is waited for
    poll,    ///< scans the store again and again: for development, and small tables without a stream
  };
  From from = From::stream;
  std::string name = "publisher";  ///< several processes of one name share the work
  std::string worker;              ///< this process among them; empty: host and process id, unique
  Unpublishable unpublishable = Unpublishable::block;
  std::size_t most_open = 10'000;                         ///< events taken and not acknowledged
  std::size_t remembered = 100'000;                       ///< aggregates whose cursors are kept in memory
  std::chrono::milliseconds poll_every{500};              ///< From::poll: between two rounds without an event
  std::chrono::milliseconds checkpoint_every{1'000};      ///< events acknowledged since come again after a crash
  std::chrono::milliseconds renew_every{3'000};           ///< leases
  std::chrono::milliseconds lease_expires_after{10'000};  ///< of one that was not renewed
  std::chrono::milliseconds discover_every{60'000};       ///< new shards; those of a shard that ended at once
  std::chrono::milliseconds drain{30'000};                ///< after a stop: waits for what is on the way
  Clock* clock = &system_clock();                         ///< must outlive the Publisher, as everything below
  Logger* log = &no_log();
  Metrics* metrics = &no_metrics();
};

/// One shard, partition or scan that a Publisher knows of.
struct PublisherPart {
  std::string name;
  std::string owner;       ///< empty: nobody at the moment
  std::string state;       ///< "waiting" (for its parent, or an owner), "reading", "done", "lost" (events were missed)
  std::string checkpoint;  ///< what is acknowledged; empty: nothing yet
  std::chrono::milliseconds behind{};  ///< age of the newest change that was read; 0 when the end was seen
  std::size_t open = 0;                ///< changes read and not acknowledged
};

/// An aggregate that cannot go on.
struct BlockedAggregate {
  std::string aggregate_id;
  std::string why;
};

/// What a Publisher does now. Plain value.
struct PublisherStatus {
  std::string state;            ///< "starting", "publishing", "waiting" (others have all the work), "broken" (the
                                ///< broker or store fails; it is tried again), "draining", "stopped"
  std::string failure;          ///< the newest one; empty when there was none, or it goes on since
  std::uint64_t published = 0;  ///< events acknowledged, since start
  std::uint64_t dropped = 0;    ///< changes whose event was published before
  std::uint64_t read_back = 0;  ///< events that had to be asked of the store
  std::size_t on_the_way = 0;   ///< events sent and not acknowledged
  std::chrono::milliseconds oldest{};  ///< how long ago the oldest of them was stored; 0 when there is none
  std::uint64_t turns = 0;             ///< grows for as long as the publishing thread is alive, idle or not
  std::vector<PublisherPart> parts;
  std::vector<BlockedAggregate> blocked;
};

/// Publishes until it is stopped:
///
///     leftfold::Publisher publisher{store.published(), [&] { return broker.open_sink(); }};
///     publisher.run(stop);
///
/// Each event reaches the broker at least once, and the first occurrences of an aggregate's versions are in order and
/// without a gap, through crashes of processes, a broker that is away, several Publishers at once and streams that
/// bring events out of order (docs/operations/publisher.md says how; the algorithm is checked by simulation in
/// tests/unit/runtime/resequencer_simulation_test.cc). It runs threads of its own while run() does.
/// run() on one thread at a time, status() from any.
class Publisher {
 public:
  /// From a store whose events have an order, such as a file: a subscription named `options.name` keeps the place.
  Publisher(EventFeed& stored, OpenSink open_sink, PublisherOptions options = {});
  /// From a store without one. Throws Error(invalid_argument) when the ports lack what `options.from` needs.
  Publisher(PublishedStore stored, OpenSink open_sink, PublisherOptions options = {});
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Publishes until `stop`, then drains: waits for what is on the way, stores cursors and checkpoints, gives its work
  /// back. A broker or store that is away is waited for; so is a store's stream that is not there yet. Throws what
  /// cannot mend itself: Error(permission_denied, invalid_config, unsupported, corrupt of the leases); nothing is lost
  /// then, the next run goes on. Throws Error(invalid_argument) while it runs already.
  void run(const std::stop_token& stop);

  [[nodiscard]] PublisherStatus status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
