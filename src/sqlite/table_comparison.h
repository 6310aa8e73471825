// SPDX-License-Identifier: Apache-2.0
// Compares a projector's tables in use with those of its shadow, row by row.
#pragma once

#include <cstddef>

#include <leftfold/shadow_tables.h>

#include "sqlite/connection.h"

namespace leftfold::inline v0::sqlite {

/// Compares the tables of the attached shadow with those of the same name in use; inside a transaction that holds both
/// still. Values are the same when their type and content are. Throws Error(unavailable, corrupt).
[[nodiscard]] TableComparison compare_tables(Connection& connection, std::size_t most);

}  // namespace leftfold::inline v0::sqlite
