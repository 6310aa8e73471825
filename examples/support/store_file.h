// SPDX-License-Identifier: Apache-2.0
// Which file an App keeps its events in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <leftfold/app.h>

namespace examples {

/// The file behind the App's store; empty when the store is not a SQLite file. Throws as App::store().
[[nodiscard]] std::optional<std::filesystem::path> file_of_store(leftfold::App& app);

/// The same; throws leftfold::Error(invalid_config) when the store is not a SQLite file.
[[nodiscard]] std::filesystem::path store_file(leftfold::App& app);

/// Bytes on disk, the write-ahead log included.
[[nodiscard]] std::uintmax_t size_on_disk(const std::filesystem::path& file);

}  // namespace examples
