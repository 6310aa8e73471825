// SPDX-License-Identifier: Apache-2.0
#include "sqlite/side_tables.h"

#include "sqlite/schema.h"

namespace leftfold::inline v0::sqlite {

bool SideReader::has_table() { return has_table_ = has_table_ || sqlite::has_table(*connection_, table_); }

}  // namespace leftfold::inline v0::sqlite
