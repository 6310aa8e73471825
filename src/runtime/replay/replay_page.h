// SPDX-License-Identifier: Apache-2.0
// Events on their way from a replay's readers to its projectors.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_page.h>
#include <leftfold/event_scan.h>

namespace leftfold::inline v0::runtime {

/// Where a segment of a scan goes on after a page. Plain value.
struct ScanMark {
  int segment = 0;
  int segments = 1;
  std::string after;
  bool finished = false;  // nothing follows
};

/// Some events in a row, with their memory. Immutable once a reader handed it over.
struct ReplayPage {
  std::vector<EventPage> memory;
  std::vector<std::span<const RecordedEvent>> runs;  // what is to be looked at, in order
  std::optional<ScanMark> mark;                      // of a scan
  std::size_t size = 0;                              // events in all runs

  void add(EventPage page, std::size_t first_events) {
    if (first_events == 0) return;  // every run has a last event
    memory.push_back(std::move(page));
    runs.push_back(memory.back().events().first(first_events));
    size += first_events;
  }
  void add(EventPage page) {
    const std::size_t all = page.size();
    add(std::move(page), all);
  }
};

}  // namespace leftfold::inline v0::runtime
