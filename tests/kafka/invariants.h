// SPDX-License-Identifier: Apache-2.0
// What must hold for one group, whatever happened to its processes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_copy.h>

#include "kafka/history.h"
#include "kafka/steps.h"

namespace leftfold::test_kafka {

using VersionOf = std::pair<std::string, std::int64_t>;  // an aggregate's version

/// What a topic holds: the truth that everything else is compared with.
class TopicFacts {
 public:
  /// `events` as test_support::events_in() reads them. Throws testing::ExpectationFailed when an aggregate is spread
  /// over partitions or its versions do not follow each other; repeats are allowed.
  explicit TopicFacts(const std::vector<EventCopy>& events);

  struct Place {
    std::int32_t partition = 0;
    std::int64_t offset = 0;  // of its first record
  };
  [[nodiscard]] const std::map<VersionOf, Place>& places() const { return places_; }
  [[nodiscard]] const std::map<std::string, Account>& accounts() const { return accounts_; }

 private:
  std::map<VersionOf, Place> places_;
  std::map<std::string, Account> accounts_;
};

/// What a client of its own saw committed, before it saw that many lines of the history.
struct Committed {
  std::vector<std::optional<std::int64_t>> offsets;  // by partition
  std::size_t lines = 0;
};

struct Findings {
  std::size_t events = 0;
  std::size_t calls = 0;      // of handlers
  std::size_t repeats = 0;    // calls for a version that had ended before
  std::size_t most = 0;       // handlers at once in one process
  std::size_t processes = 0;  // that handled anything
};

/// Every version ended or is parked (I1); no two calls for one aggregate at once in a process (I2); a version begins
/// only after the one before it has ended or been parked (I3); never more than `workers` at once in a process (I5).
/// Throws testing::ExpectationFailed.
[[nodiscard]] Findings check_history(const TopicFacts& topic, const std::vector<HistoryLine>& history,
                                     std::size_t workers, const std::set<VersionOf>& parked = {});

/// Nothing below a committed offset was unfinished (I4). It was committed before the lines were counted, and a handler
/// writes its line before its event may be committed: so no race can hide behind it.
void check_committed(const TopicFacts& topic, const std::vector<HistoryLine>& history,
                     const std::vector<Committed>& seen, const std::set<VersionOf>& parked = {});

/// The table equals a fold of the topic (I6).
void check_ledger(const TopicFacts& topic, const std::vector<Account>& rows);

}  // namespace leftfold::test_kafka
