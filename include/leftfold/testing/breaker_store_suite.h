// SPDX-License-Identifier: Apache-2.0
// The promises of BreakerStore as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; one that cannot be opened twice
/// may return the same one. The place lasts as long as the function.
using OpenBreakerStore = std::function<std::shared_ptr<BreakerStore>()>;

/// Makes a fresh, empty place.
using MakeBreakerStore = std::function<OpenBreakerStore()>;

/// One case a promise of breaker_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> breaker_store_suite(MakeBreakerStore make);

}  // namespace leftfold::inline v0::testing
