// SPDX-License-Identifier: Apache-2.0
#include "app/lacking_events.h"

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::app {
namespace {

constexpr std::size_t kMostLines = 20;

bool is_parked(DeadLetterStore& letters, std::string_view subscription, const HandledVersion& event) {
  const std::vector<DeadLetter> first = letters.letters(subscription, event.aggregate_id, std::nullopt, 1);
  return !first.empty() && first.front().event.view().version <= event.version;
}

std::vector<HandledVersion> lacking_events(ReadModel& tables, std::string_view projector, std::string_view subscription,
                                           Position checkpoint, DeadLetterStore& letters, EventStore& store) {
  std::vector<HandledVersion> lacking;
  const std::vector<HandledVersion> rows = tables.begin(projector)->all_handled(projector);
  for (const HandledVersion& row : rows) {
    // Rows of partitions, and of records that are no event, stand beside those of aggregates.
    if (row.aggregate_id.empty() || row.aggregate_id.find('\0') != std::string::npos) continue;
    const HandledVersion next{row.aggregate_id, row.version.next()};
    if (is_parked(letters, subscription, next)) continue;
    const EventPage stored = store.read_stream(next.aggregate_id, next.version, 1);
    if (!stored.empty() && stored[0].position <= checkpoint) lacking.push_back(next);
  }
  return lacking;
}

}  // namespace

void tell_of_lacking_events(ReadModel& tables, std::string_view projector, std::string_view subscription,
                            Position checkpoint, DeadLetterStore& letters, EventStore& store, Logger& log) noexcept {
  try {
    const std::vector<HandledVersion> lacking =
        lacking_events(tables, projector, subscription, checkpoint, letters, store);
    for (std::size_t i = 0; i < lacking.size() && i < kMostLines; ++i) {
      log.log(LogLevel::warn, subscription,
              "the tables that are back lack a parked event that left the dead letters while others were in use; "
              "replay the projector to have it",
              {{"stream", lacking[i].aggregate_id}, {"version", std::to_string(lacking[i].version.value())}});
    }
    if (lacking.size() <= kMostLines) return;
    log.log(LogLevel::warn, subscription, "the tables that are back lack events of more aggregates",
            {{"more", std::to_string(lacking.size() - kMostLines)}});
  } catch (const std::exception& error) {
    log.log(LogLevel::warn, subscription,
            "nobody could look whether the tables that are back lack parked events; replay --verify tells",
            {{"cause", error.what()}});
  }
}

}  // namespace leftfold::inline v0::app
