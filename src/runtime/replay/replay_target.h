// SPDX-License-Identifier: Apache-2.0
// One projector of a replay, or a lane of it: what is done with pages.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <leftfold/event_store.h>
#include <leftfold/replay.h>

#include "runtime/replay/event_filter.h"
#include "runtime/replay/replay_page.h"
#include "runtime/replay/tally.h"

namespace leftfold::inline v0::runtime {

/// What every target of a replay is given. What it refers to lives as long as the run.
struct TargetContext {
  const ReplayOptions& options;
  const EventFilter& filter;
  FirstError& first_error;
  bool by_version = false;       // the source may bring events twice, or out of their aggregate's order
  bool begins_anywhere = false;  // what came before the first event of an aggregate may be gone from the source
  EventStore* store = nullptr;   // to read back what came late; null: there is none
};

/// One thread at a time.
class ReplayTarget {
 public:
  virtual ~ReplayTarget() = default;

  /// Before the first page, on the thread of run(): makes the tables empty where that is to be done. Throws as run().
  virtual void begin() {}
  /// Everything up to here is done already and need not be read: of a source with positions.
  [[nodiscard]] virtual Position done() const { return Position::start(); }
  /// Where the segments of a scan went on when an earlier run ended.
  [[nodiscard]] virtual std::vector<ScanMark> marks() const { return {}; }
  /// Handles a page; what it did is committed when it returns. Ends early, with what it did committed, after `halt`.
  virtual void handle(const ReplayPage& page, const std::stop_token& halt) = 0;
  /// After the last page, on its thread: nothing is left to resume.
  virtual void finish() {}
};

}  // namespace leftfold::inline v0::runtime
