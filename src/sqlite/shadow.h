// SPDX-License-Identifier: Apache-2.0
// The shadow of a projector whose tables are in a file: another file beside it.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include <leftfold/shadow_tables.h>

#include "sqlite/read_model_file.h"
#include "sqlite/thread_files.h"

namespace leftfold::inline v0::sqlite {

/// As ReadModel::open_shadow. `threads` are those of the read model, to be sent to the shadow.
[[nodiscard]] std::unique_ptr<ShadowTables> open_shadow_of(const std::shared_ptr<ReadModelFile>& live,
                                                           std::string_view projector,
                                                           std::shared_ptr<ThreadFiles> threads,
                                                           std::chrono::milliseconds lock_timeout);
/// As ReadModel::restore_kept.
[[nodiscard]] Position restore_kept_of(ReadModelFile& live, std::string_view projector,
                                       std::chrono::milliseconds lock_timeout);

}  // namespace leftfold::inline v0::sqlite
