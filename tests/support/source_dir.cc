// SPDX-License-Identifier: Apache-2.0
#include "support/source_dir.h"

namespace leftfold::test_support {

std::filesystem::path source_dir() { return LEFTFOLD_SOURCE_DIR; }

}  // namespace leftfold::test_support
