// SPDX-License-Identifier: Apache-2.0
// The promises of CursorStore as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/cursor_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; one that cannot be opened twice
/// may return the same one. The place lasts as long as the function.
using OpenCursorStore = std::function<std::shared_ptr<CursorStore>()>;

/// Makes a fresh, empty place.
using MakeCursorStore = std::function<OpenCursorStore()>;

/// One case a promise of cursor_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> cursor_suite(MakeCursorStore make);

}  // namespace leftfold::inline v0::testing
