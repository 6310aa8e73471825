// SPDX-License-Identifier: Apache-2.0
// The promises of EventStore as tests: run them for every implementation.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; a store that cannot be opened
/// twice may return the same one. The place lasts as long as the function.
using OpenEventStore = std::function<std::shared_ptr<EventStore>()>;

/// Makes a fresh, empty place for a store that uses this clock. The clock outlives the place.
using MakeEventStore = std::function<OpenEventStore(Clock&)>;

/// What the suite may expect of a store. Plain value.
struct EventStoreSuiteOptions {
  bool reads_all = true;        ///< false: no order over all aggregates; read_all and head throw Error(unsupported),
                                ///< positions are all Position::start()
  bool keeps_json_text = true;  ///< false: JSON comes back with the same values; member order and escapes may differ
  std::size_t large_payload_bytes = std::size_t{1024} * 1024;  ///< of the largest event the suite writes
};

/// One case a promise of event_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> event_store_suite(MakeEventStore make, EventStoreSuiteOptions options = {});

}  // namespace leftfold::inline v0::testing
