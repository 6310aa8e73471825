// SPDX-License-Identifier: Apache-2.0
// What a stored event says, as a text and as hashes: the same in every store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <leftfold/event_page.h>

#include "base/sha256.h"

namespace leftfold::inline v0::runtime {

/// All of an event but its position: aggregate, version, type, ids, commit, time, schema version, metadata, payload,
/// each with its length. JSON stands in one form for all documents that say the same (members in any order, numbers
/// equal as exact decimals); what is no JSON stands as it is.
[[nodiscard]] std::string canonical_event(const RecordedEvent& event);

/// What differs between two events, as people call it ("payload", "event id"); empty when nothing does.
[[nodiscard]] std::string_view difference_of(const RecordedEvent& a, const RecordedEvent& b);

/// A hash of many hashes, whatever their order: their sum modulo 2^256. Plain value.
struct HashSum {
  base::Sha256Digest sum{};
  void add(const base::Sha256Digest& digest) noexcept;
};

/// The hash of one aggregate's events in order. One thread at a time.
class AggregateHash {
 public:
  void add(std::string_view canonical_event) noexcept;
  [[nodiscard]] base::Sha256Digest finish() noexcept { return hash_.finish(); }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  base::Sha256 hash_;
  std::uint64_t events_ = 0;
};

}  // namespace leftfold::inline v0::runtime
