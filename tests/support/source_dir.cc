#include "support/source_dir.h"

namespace leftfold::test {

std::filesystem::path source_dir() { return LEFTFOLD_SOURCE_DIR; }

}  // namespace leftfold::test
