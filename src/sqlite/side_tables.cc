#include "sqlite/side_tables.h"

#include "sqlite/schema.h"

namespace leftfold::sqlite {

bool SideReader::has_table() { return has_table_ = has_table_ || sqlite::has_table(*connection_, table_); }

}  // namespace leftfold::sqlite
