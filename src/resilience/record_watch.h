// SPDX-License-Identifier: Apache-2.0
// What a process knows of a shared breaker record's age.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/breaker_store.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::detail {

/// Remembers when each revision, and each node's word, was first seen here. A record holds durations alone, so this is
/// all that time means for it, and no clock of another process matters. One thread at a time.
class RecordWatch {
 public:
  /// The record as it was read, or written, at `now`.
  void note(const BreakerRecord& record, Instant now);

  /// When the record's revision was first seen.
  [[nodiscard]] Instant since() const { return since_; }
  /// Whether a node's word has not lapsed yet.
  [[nodiscard]] bool alive(std::string_view node, Instant now) const;
  /// Nodes that are there, without `self`: their word has not lapsed, and it came or was renewed since the first note,
  /// and since the record was closed last. Before that it may be the word of a process that ended long ago.
  [[nodiscard]] std::size_t others_alive(std::string_view self, Instant now) const;
  /// Those of them that vote.
  [[nodiscard]] std::size_t others_voting(std::string_view self, Instant now) const;
  /// Since when there has been a vote without a break; empty while there is none.
  [[nodiscard]] std::optional<Instant> voting_since() const { return voting_since_; }

 private:
  struct Word {
    BreakerRecord::Node said;
    Instant seen;
    bool heard;  // came or was renewed while this process listened
    [[nodiscard]] bool alive(Instant now) const { return now - seen < said.lasts; }
    [[nodiscard]] bool counts(Instant now) const { return heard && alive(now); }
  };
  std::int64_t revision_ = -1;
  BreakerRecord::State state_ = BreakerRecord::State::closed;
  Instant since_{};
  std::map<std::string, Word, std::less<>> words_;
  std::optional<Instant> voting_since_;
};

}  // namespace leftfold::inline v0::detail
