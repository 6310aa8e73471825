// SPDX-License-Identifier: Apache-2.0
// The promises of DeadLetterStore as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; a store that cannot be opened
/// twice may return the same one. The place lasts as long as the function.
using OpenDeadLetterStore = std::function<std::shared_ptr<DeadLetterStore>()>;

/// Makes a fresh, empty place for a store that uses this clock. The clock outlives the place.
using MakeDeadLetterStore = std::function<OpenDeadLetterStore(Clock&)>;

/// What the store does in its own way.
struct DeadLetterSuiteOptions {
  /// False: a claim ends for a handle only when that handle saw it unchanged for its whole lease, by its own clock. A
  /// store that several machines share has no other measure: it would have to compare their clocks.
  bool newcomers_see_leases_end = true;
};

/// One case a promise of dead_letter_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> dead_letter_suite(MakeDeadLetterStore make, DeadLetterSuiteOptions options = {});

}  // namespace leftfold::inline v0::testing
