// SPDX-License-Identifier: Apache-2.0
// Which events may go to librdkafka: to a partition that has nothing of the producer yet, one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>

#include "kafka/record.h"

namespace leftfold::inline v0::kafka {

/// An event that waits.
struct HeldBack {
  std::uint64_t ticket = 0;
  std::string key;
  Record record;
};

/// The partitions as one producer has opened them.
///
/// A broker compares the sequence numbers of a producer with the last ones it has of it, so that what it keeps has no
/// gap. Of a producer that it has nothing of it takes any number (ProducerAppendInfo.checkSequence, Kafka from 2.5 on),
/// and librdkafka 2.0.2 sends what it has ready even after it has raised the error of its gapless guarantee, also with
/// max.in.flight=1. So when the first batch to a partition is refused (too large, a leader that is none yet) the second
/// one is kept without it; tests/kafka/sink_gap_test.cc shows it. Therefore the first event to a partition goes alone,
/// and others wait until it is acknowledged. Likewise after an hour without an acknowledgement: brokers forget
/// producers (producer.id.expiration.ms, a day unless it is set).
///
/// One thread at a time.
class Openings {
 public:
  /// How many partitions the topic has from now on; 0: not known, then all events are for one. What waits is sorted
  /// anew.
  void set_partitions(std::int32_t count);

  /// Whether this event may go now, before all that wait. If it is the first one of its partition, the others wait for
  /// its acknowledgement.
  [[nodiscard]] bool may_go(std::string_view key, std::uint64_t ticket, Instant now);
  /// Puts an event that may not go behind those that wait. Throws std::bad_alloc; then it does not wait.
  void hold(HeldBack event);
  /// It was not sent after all.
  void take_back(std::uint64_t ticket) noexcept;
  void acknowledged(std::uint64_t ticket, std::int32_t partition, Instant now);

  /// The next event that need not wait any more; null when there is none.
  [[nodiscard]] HeldBack* next();
  /// It was sent. Only after next() returned it.
  void sent_next(Instant now);
  /// Nothing waits any more. Returns the tickets of what did.
  [[nodiscard]] std::vector<std::uint64_t> give_up();

 private:
  struct Door {
    std::optional<Instant> acknowledged;  // the last time
    bool opening = false;                 // an event is on the way that went alone
    std::deque<HeldBack> waiting;
  };
  [[nodiscard]] std::size_t door_of(std::string_view key) const;
  [[nodiscard]] static bool is_open(const Door& door, Instant now);
  void open_with(std::size_t door, std::uint64_t ticket);

  // The last one is of events whose partition is not known.
  std::deque<Door> doors_ = std::deque<Door>(1);  // grows without moving any
  std::map<std::uint64_t, std::size_t> openers_;  // tickets of events that went alone, and their doors
  std::deque<std::size_t> ready_;                 // doors at which events may wait that may go
  std::string first_key_;                         // of the event that went alone, its partition unknown
};

}  // namespace leftfold::inline v0::kafka
