// SPDX-License-Identifier: Apache-2.0
// Port: what circuit breakers of one name in several processes tell each other.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0 {

/// What is shared of one breaker. It holds durations, never times: each reader counts them from when it first saw the
/// record's revision, by its own monotonic clock, so no two clocks are ever compared. Plain value.
struct BreakerRecord {
  enum class State { closed, open, half_open, forced_open, disabled };
  /// One process's word: a vote that its own breaker opened, or only that it is there while others vote.
  struct Node {
    bool votes = false;
    std::int64_t beat = 0;              ///< changes when the word is renewed
    std::chrono::milliseconds lasts{};  ///< without a renewal
    bool operator==(const Node&) const = default;
  };

  std::string name;
  std::int64_t revision = 0;  ///< 0: does not exist; each write makes it one more
  State state = State::closed;
  std::chrono::milliseconds open_for{};   ///< open: how long from this revision on
  std::uint64_t reopened = 0;             ///< times in a row
  std::map<std::string, Node> nodes;      ///< by node name; empty while all are healthy
  std::optional<Uuid> probe;              ///< half_open: who probes
  std::string prober;                     ///< half_open: for people
  std::chrono::milliseconds probe_for{};  ///< half_open: the probe's lease, from this revision on
  std::string by;                         ///< forced_open, disabled: who said so
  std::string why;
  Timestamp changed_at{};  ///< when the state last changed, for people; set by the writer
  bool operator==(const BreakerRecord&) const = default;
};
/// Throws Error(invalid_argument) for a record without a name or with a node without one. For those who write stores.
void validate(const BreakerRecord& record);
[[nodiscard]] std::string_view to_string(BreakerRecord::State state) noexcept;

/// Port: one record a breaker, changed by compare-and-set. A write that returns true is stored, one that returns false
/// or throws Error(unavailable, throttled, permission_denied, storage_full) is not; after Error(in_doubt) nobody knows,
/// and the next read tells. Calls are made by one thread that has other things to do too: they should answer
/// or fail within a second. testing/breaker_store_suite.h checks it.
/// Any thread. Must outlive everything that was given a reference to it.
class BreakerStore {
 public:
  virtual ~BreakerStore() = default;

  /// The record of that name; revision 0 and closed when there is none.
  [[nodiscard]] virtual BreakerRecord read(std::string_view name) = 0;
  /// All records, by name.
  [[nodiscard]] virtual std::vector<BreakerRecord> list() = 0;
  /// Replaces the record if its stored revision is still `record.revision` (0: there is none), and makes the revision
  /// one more. Returns whether it did. Throws Error(invalid_argument) as validate() too.
  [[nodiscard]] virtual bool write(const BreakerRecord& record) = 0;
};

}  // namespace leftfold::inline v0
