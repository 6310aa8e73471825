// SPDX-License-Identifier: Apache-2.0
// The promises of LeaseStore as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/lease_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; one that cannot be opened twice
/// may return the same one. The place lasts as long as the function.
using OpenLeaseStore = std::function<std::shared_ptr<LeaseStore>()>;

/// Makes a fresh, empty place.
using MakeLeaseStore = std::function<OpenLeaseStore()>;

/// One case a promise of lease_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> lease_suite(MakeLeaseStore make);

}  // namespace leftfold::inline v0::testing
