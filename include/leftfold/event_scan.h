// SPDX-License-Identifier: Apache-2.0
// Port: reading everything a store holds, in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/event_page.h>

namespace leftfold::inline v0 {

/// One part of a store read in any order.
struct ScanPlace {
  int segment = 0;    ///< from 0
  int segments = 1;   ///< into how many parts the store is cut; each may be read by another thread or machine
  std::string after;  ///< ScanPage::next of the page before; empty for the first
};

/// An event that cannot be read. Plain value.
struct UnreadableEvent {
  std::size_t place = 0;  ///< in ScanPage::events
  std::string why;        ///< for people
};

/// What one call of a scan found. Plain value.
struct ScanPage {
  EventPage events;  ///< may be empty although more follows; at_end() of the segment's last
  std::string next;  ///< to go on, also in another process; empty at the end
  std::vector<UnreadableEvent>
      unreadable;  ///< these have only aggregate_id and version; the store says more when asked
};

/// Port: every event that was stored before a scan began is in one of its pages; what is stored meanwhile may be.
/// Events of one aggregate mostly come together and by version, but nothing promises it. Any thread. Must outlive
/// everything that was given a reference to it.
class EventScan {
 public:
  virtual ~EventScan() = default;
  /// Reads one page. Throws Error(invalid_argument) for a segment that is none, unavailable, throttled, and corrupt for
  /// what holds no events at all; one event that cannot be read does not keep the others back.
  [[nodiscard]] virtual ScanPage scan(const ScanPlace& where) = 0;
  /// About how many events there are, hours old perhaps, for showing how far a scan is; 0 when it is not known.
  [[nodiscard]] virtual std::uint64_t rough_size() { return 0; }
};

}  // namespace leftfold::inline v0
