// SPDX-License-Identifier: Apache-2.0
// The promises of ReadTables as tests: run them for every implementation, beside those of ReadModel.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/read_tables.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// What the suite may expect of read tables. Plain value.
struct ReadTablesSuiteOptions {
  bool others_read_meanwhile = true;  ///< other threads read while a transaction is open; else they wait for its end
};

/// Opens the read tables at one place. Every call opens them anew, as another process would; what cannot be opened
/// twice may return the same. The place lasts as long as the function.
using OpenReadTables = std::function<std::shared_ptr<ReadTables>()>;

/// Makes a fresh, empty place.
using MakeReadTables = std::function<OpenReadTables()>;

/// One case a promise of read_tables.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> read_tables_suite(MakeReadTables make, ReadTablesSuiteOptions options = {});

}  // namespace leftfold::inline v0::testing
