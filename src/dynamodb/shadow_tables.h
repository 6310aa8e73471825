// SPDX-License-Identifier: Apache-2.0
// A projector's shadow in the second table.
#pragma once

#include <memory>
#include <string_view>

#include <leftfold/shadow_tables.h>

#include "dynamodb/table_transaction.h"

namespace leftfold::inline v0::dynamodb {

/// As ReadModel::open_shadow. It is told from no clock whether an earlier builder still lives: the last one to open the
/// shadow may write, and the one before is Error(fenced) at its next transaction.
[[nodiscard]] std::unique_ptr<ShadowTables> open_shadow_of(std::shared_ptr<TablesPlace> place,
                                                           std::string_view projector);

}  // namespace leftfold::inline v0::dynamodb
