// SPDX-License-Identifier: Apache-2.0
// The promises of EventSink as tests: run them for every implementation.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_sink.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// A broker as the suite uses it. It lasts as long as any of its functions.
struct SinkPlace {
  /// Opens a sink; several may be open, as those of several processes.
  std::function<std::unique_ptr<EventSink>()> open;
  /// What the broker holds durably: partition by partition in the order of positions, both set in each event.
  std::function<std::vector<EventCopy>()> held;
  /// With EventSinkSuiteOptions::can_be_cut: cuts the broker off, so that nothing is acknowledged, and lets it come
  /// back.
  std::function<void()> cut;
  std::function<void()> restore;
};

/// Makes a fresh, empty place whose sinks use this clock. The clock outlives the place.
using MakeSinkPlace = std::function<SinkPlace(Clock&)>;

/// What the suite may expect of a sink. Plain value.
struct EventSinkSuiteOptions {
  std::size_t most_room = 1'000;  ///< a sink has no more room than for this many events, and for at least 60
  std::size_t too_large_bytes = std::size_t{2} * 1024 * 1024;  ///< of a payload that the broker can never take
  bool can_be_cut = false;                                     ///< cases about outages are there too
  bool recognises_repeats = true;  ///< false: what is sent again because of a cut connection may be there twice
  bool keeps_json_text = true;     ///< false: JSON comes back with the same values; member order and escapes may differ
};

/// One case a promise of event_sink.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> event_sink_suite(MakeSinkPlace make, EventSinkSuiteOptions options = {});

}  // namespace leftfold::inline v0::testing
