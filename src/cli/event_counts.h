// SPDX-License-Identifier: Apache-2.0
// Events counted in groups: by type, by day, by stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::cli {

/// What is known of the events of a group. Plain value.
struct EventCount {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  ///< of payloads and metadata
  Position first_position;  ///< start() in a store without positions
  Position last_position;
  Timestamp first_at{};
  Timestamp last_at{};

  /// Events may come in any order.
  void add(const RecordedEvent& event);
};

/// "1.4 MB", in units of 1000.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace leftfold::inline v0::cli
