// SPDX-License-Identifier: Apache-2.0
// Port: what a store tells of new events, in no order that could be relied on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <leftfold/event_page.h>

namespace leftfold::inline v0 {

/// What one record of a shard told. Plain value.
struct Change {
  std::string sequence;         ///< its place in the shard: where to go on reading after it
  std::size_t first_event = 0;  ///< of its events in ChangePage::events; a commit in one item brings several
  std::size_t events = 0;       ///< 0: it concerns no new event, such as a deletion
  std::string unreadable;       ///< not empty: its one event has only aggregate_id and version (and no more), because
                                ///< of this; the store has to be asked
};

/// What one read of a shard brought.
struct ChangePage {
  enum class End {
    none,     ///< there is more, or will be
    closed,   ///< the shard takes no more, and this was all of it
    trimmed,  ///< what followed the place was deleted before it was read, or the place is none: events may be missed
    gone,     ///< the shard itself was deleted
  };
  EventPage events;
  std::vector<Change> changes;  ///< in the shard's order
  End end = End::none;
  std::chrono::milliseconds behind{};  ///< how old the newest change of the page is; 0 when it had none
  std::uint64_t ignored = 0;           ///< records of changed or deleted items among `changes`
};

/// One shard of a stream.
struct Shard {
  std::string id;
  std::string parent;   ///< to be read to its end before this one; empty for none. It may be gone already
  bool closed = false;  ///< takes no more
};

/// A stream as it is now. Lists of one stream may be incomplete or contradict each other while shards split: their
/// union counts.
struct ShardList {
  std::string stream;  ///< which stream; another one after it was disabled and enabled again
  std::vector<Shard> shards;
};

/// Reads one shard on from a place. One thread at a time.
class ShardReader {
 public:
  virtual ~ShardReader() = default;
  /// The next records, at most `max`; does not wait for one, so it may bring none. Renews what expires by itself.
  /// After an End that is not none it brings nothing more. Throws Error(unavailable, throttled, permission_denied,
  /// invalid_data): the next call goes on where this one would have.
  [[nodiscard]] virtual ChangePage read(std::size_t max) = 0;
};

/// Port: a store's stream of changes. Each new event comes in at least one record of one shard; the order of records
/// tells nothing of the order of an aggregate's events.
/// Any thread. Must outlive its readers.
class ChangeStream {
 public:
  virtual ~ChangeStream() = default;
  /// The stream's shards: what is listed now. Throws Error(not_found) while the store has no stream, unavailable,
  /// throttled, permission_denied.
  [[nodiscard]] virtual ShardList shards() = 0;
  /// The children of a shard that has ended, which shards() may list late; possibly none yet. Throws as shards().
  [[nodiscard]] virtual std::vector<Shard> children(const std::string& stream, const std::string& shard) = 0;
  /// A reader of what follows `after` in a shard; from its oldest record when `after` is empty. Asks nothing yet.
  [[nodiscard]] virtual std::unique_ptr<ShardReader> open(const std::string& stream, const std::string& shard,
                                                          const std::string& after) = 0;
};

}  // namespace leftfold::inline v0
