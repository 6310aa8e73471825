// SPDX-License-Identifier: Apache-2.0
// What an unfinished replay leaves in the read model, in its own transactions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/read_model.h>

#include "runtime/replay/event_filter.h"
#include "runtime/replay/replay_page.h"

namespace leftfold::inline v0::runtime {

/// The name of the rows, which no projector has: '#' stands for leftfold's own.
[[nodiscard]] inline std::string replay_key(std::string_view projector) { return std::string{projector} + "#replay"; }

/// How far a replay of the same choice got that began and did not finish; empty when there is none.
[[nodiscard]] std::optional<Position> replay_mark(const ReadModelTransaction& transaction, std::string_view projector,
                                                  const EventFilter& filter);
/// A replay of this choice begins: forgets what another one left.
void begin_replay_mark(ReadModelTransaction& transaction, std::string_view projector, const EventFilter& filter);
void set_replay_mark(ReadModelTransaction& transaction, std::string_view projector, const EventFilter& filter,
                     Position done);
void forget_replay_mark(ReadModelTransaction& transaction, std::string_view projector);
/// The replay is over: its mark goes, in a transaction of its own that leaves the checkpoint as it is.
void finish_replay_mark(ReadModel& model, std::string_view projector);

/// How far a scan's segments are in the tables.
[[nodiscard]] std::vector<ScanMark> scan_marks(const ReadModelTransaction& transaction, std::string_view projector);
void set_scan_mark(ReadModelTransaction& transaction, std::string_view projector, const ScanMark& mark);

}  // namespace leftfold::inline v0::runtime
