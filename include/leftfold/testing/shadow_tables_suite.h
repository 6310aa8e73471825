// SPDX-License-Identifier: Apache-2.0
// The promises of ShadowTables as tests, for read tables that can build a generation beside the one in use.
#pragma once

#include <vector>

#include <leftfold/testing/read_tables_suite.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// One case a promise of shadow_tables.h and of ReadModel::restore_kept. Cases start no threads.
[[nodiscard]] std::vector<Case> shadow_tables_suite(MakeReadTables make);

}  // namespace leftfold::inline v0::testing
