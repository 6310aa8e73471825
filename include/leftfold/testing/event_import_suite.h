// SPDX-License-Identifier: Apache-2.0
// The promises of EventImport as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/event_import.h>
#include <leftfold/event_store.h>
#include <leftfold/testing/event_store_suite.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// A store and its importing side; both are parts of one object.
struct ImportHandle {
  std::shared_ptr<EventStore> store;
  std::shared_ptr<EventImport> import;
};

/// Opens the store at one place. Every call opens it anew, as another process would; a store that cannot be opened
/// twice may return the same one. The place lasts as long as the function.
using OpenEventImport = std::function<ImportHandle()>;

/// Makes a fresh, empty place.
using MakeEventImport = std::function<OpenEventImport()>;

/// One case a promise of event_import.h.
[[nodiscard]] std::vector<Case> event_import_suite(MakeEventImport make, EventStoreSuiteOptions options = {});

}  // namespace leftfold::inline v0::testing
