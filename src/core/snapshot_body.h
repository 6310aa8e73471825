// SPDX-License-Identifier: Apache-2.0
// The bytes of a snapshot, as docs/format/snapshots.md describes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0::detail {

// A state and the event it is the state after. Plain value; the text is a view into what it was read from.
struct SnapshotBody {
  Uuid event_id;
  Timestamp committed_at{};  // of that event
  Timestamp latest{};        // largest commit time of all events in it
  std::string_view state;    // JSON
};

// Throws JsonError for a time outside the years 0000 to 9999.
[[nodiscard]] std::string write_snapshot_body(const SnapshotBody& body);
// Empty for what is not exactly what was written.
[[nodiscard]] std::optional<SnapshotBody> read_snapshot_body(std::string_view text);

// FNV-1a with 64 bits in 16 hexadecimal digits.
[[nodiscard]] std::string hash_text(std::string_view text, std::string_view more = {});

}  // namespace leftfold::inline v0::detail
