// SPDX-License-Identifier: Apache-2.0
#include "cli/event_counts.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace leftfold::inline v0::cli {

void EventCount::add(const RecordedEvent& event) {
  const bool first = events == 0;
  ++events;
  bytes += event.payload.size() + event.metadata.size();
  first_position = first ? event.position : std::min(first_position, event.position);
  last_position = std::max(last_position, event.position);
  first_at = first ? event.committed_at : std::min(first_at, event.committed_at);
  last_at = first ? event.committed_at : std::max(last_at, event.committed_at);
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits{"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  std::uint64_t tenths = bytes / 100;  // of the unit
  std::size_t unit = 0;
  for (; tenths >= 10'000 && unit + 1 < kUnits.size(); ++unit) tenths /= 1000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + std::string{kUnits[unit]};
}

}  // namespace leftfold::inline v0::cli
