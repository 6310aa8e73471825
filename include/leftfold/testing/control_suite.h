// SPDX-License-Identifier: Apache-2.0
// The promises of ControlStore as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/control_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; a store that cannot be opened
/// twice may return the same one. The place lasts as long as the function.
using OpenControlStore = std::function<std::shared_ptr<ControlStore>()>;

/// Makes a fresh, empty place for a store that uses this clock. The clock outlives the place.
using MakeControlStore = std::function<OpenControlStore(Clock&)>;

/// One case a promise of control_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> control_suite(MakeControlStore make);

}  // namespace leftfold::inline v0::testing
