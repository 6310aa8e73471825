// SPDX-License-Identifier: Apache-2.0
// What an operator does with a store's file: look at it, check it, copy it.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>

#include "sqlite/connection.h"

namespace leftfold::inline v0::sqlite {

/// As SqliteStore::file_info.
[[nodiscard]] SqliteFileInfo file_info(Connection& connection);
/// As SqliteStore::check_file.
[[nodiscard]] std::vector<std::string> check_file(Connection& connection, const std::stop_token& stop);
/// As SqliteStore::backup.
[[nodiscard]] bool backup(Connection& connection, const std::filesystem::path& to, const BackupProgress& progress);

}  // namespace leftfold::inline v0::sqlite
