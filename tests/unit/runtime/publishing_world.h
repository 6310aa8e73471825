// SPDX-License-Identifier: Apache-2.0
// What outlives every publisher of a simulation: the stored events, their records, cursors, and the topic.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/cursor_store.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_sink.h>
#include <leftfold/event_store.h>
#include <leftfold/publisher.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/runtime/simulated_ledger.h"

namespace leftfold::runtime_test {

/// The process ends here, wherever that is. No std::exception: nobody may catch it by chance.
struct ProcessEnds {};

struct StoredEvent {
  EventCopy copy;
  Instant visible_at{};    ///< reads do not show it before
  bool too_large = false;  ///< the broker never takes it
  bool corrupt = false;    ///< the store cannot read it, nor can the stream
};

/// What the stream tells once: a commit, an event, or nothing of interest.
struct StreamRecord {
  std::size_t aggregate = 0;
  std::int64_t first = 0;
  std::size_t events = 0;
};

struct StreamShard {
  std::vector<StreamRecord> records;
  std::size_t checkpoint = 0;  ///< records that are done
  int owner = 0;               ///< number of the publisher that has it
};

/// Events that one session of a sink has sent and the broker does not have yet, in a line for each partition. A session
/// may outlive the process that began it.
struct BrokerSession {
  struct Flight {
    std::uint64_t ticket;
    EventCopy event;
  };
  explicit BrokerSession(std::size_t partitions) : lines(partitions) {}
  [[nodiscard]] bool empty() const {
    return std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.empty(); });
  }
  struct Due {
    SinkReceipt receipt;
    std::size_t aggregate;
    std::int64_t version;
  };
  /// The broker is done with the oldest event of a line, for good or not.
  void report(std::size_t line, bool acknowledged) {
    const Flight& flight = lines[line].front();
    const SinkReceipt receipt{flight.ticket, acknowledged, 0, {}, acknowledged ? "" : "the connection broke"};
    due.push_back({receipt, Ledger::aggregate_of(flight.event.aggregate_id), flight.event.version.value()});
    lines[line].pop_front();
  }
  std::vector<std::deque<Flight>> lines;
  std::vector<Due> due;
  bool failed = false;    ///< takes no more
  bool orphaned = false;  ///< nobody waits for its receipts
};

/// One thread.
class PublishingWorld {
 public:
  static constexpr std::size_t kPartitions = 2;

  PublishingWorld(std::uint64_t seed, Unpublishable unpublishable);

  [[nodiscard]] static std::string name(std::size_t aggregate) { return Ledger::name(aggregate); }
  [[nodiscard]] static std::size_t number(std::string_view name) { return Ledger::aggregate_of(name); }
  [[nodiscard]] bool broken() const { return !trail.broken().empty(); }
  /// Ends a process now and then.
  void risk(std::size_t one_in) {
    if (!calm && chance.one_in(one_in)) throw ProcessEnds{};
  }

  /// The broker takes an event. Here is what the simulation is for: first occurrences come by version.
  void take(const EventCopy& event);
  /// The broker takes the oldest event of a line; its receipt is due.
  void take_next(BrokerSession& session, std::size_t line);
  /// A publisher was told that the broker has it.
  void acknowledged(std::size_t aggregate, std::int64_t version);
  /// Everything up to here of a shard is said to be done.
  void check_done(const StreamShard& shard, std::size_t records);
  void check_cursor(std::string_view aggregate, Version published);
  /// Some of what is on the way arrives; sessions nobody has end some time.
  void move_on();
  /// What the topic should hold of an aggregate at the end: up to the first event that nobody can publish.
  [[nodiscard]] std::int64_t expected(std::size_t aggregate) const;
  /// Events can be published that could not.
  void mend();

  Chance chance;
  Trail trail;
  testing::VirtualClock clock;
  const Unpublishable unpublishable;
  bool keys_only = false;  ///< the stream brings no images
  bool calm = false;       ///< nothing goes wrong any more
  std::vector<std::vector<StoredEvent>> streams;
  std::vector<StreamShard> shards;
  std::vector<std::int64_t> cursors;
  std::vector<std::int64_t> acked;  ///< the newest version that a receipt confirmed
  std::vector<std::int64_t> next;   ///< the version whose first occurrence comes next
  std::vector<std::unique_ptr<BrokerSession>> sessions;

 private:
  void fill();
  void make_records();
  std::size_t shift_ = 0;
};

/// Shows what is visible; what is missing in between is corrupt to it, as to DynamoDbStore.
class SimulatedEvents final : public EventStore {
 public:
  explicit SimulatedEvents(PublishingWorld& world) : world_{world} {}
  AppendResult append(const AppendRequest&) override { throw Error{Errc::unsupported, "it only reads"}; }
  EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override;
  EventPage read_all(Position, std::size_t) override { throw Error{Errc::unsupported, "it has no order"}; }
  Position head() override { throw Error{Errc::unsupported, "it has no order"}; }
  std::optional<Appended> find_append(std::string_view, std::string_view) override { return std::nullopt; }

 private:
  PublishingWorld& world_;
};

/// Loses writes, refuses, and is written by publishers that were away.
class SimulatedCursors final : public CursorStore {
 public:
  explicit SimulatedCursors(PublishingWorld& world) : world_{world} {}
  std::vector<Version> load(std::span<const std::string_view> aggregate_ids) override;
  void advance(std::span<const PublishCursor> cursors) override;
  bool remove(std::string_view aggregate_id) override;

 private:
  PublishingWorld& world_;
};

}  // namespace leftfold::runtime_test
