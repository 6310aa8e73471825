// Which file an App keeps its events in.
#pragma once

#include <cstdint>
#include <filesystem>

#include <leftfold/app.h>

namespace examples {

/// The file behind the App's store. Throws leftfold::Error(invalid_config) when the store is not a SQLite file.
[[nodiscard]] std::filesystem::path store_file(leftfold::App& app);

/// Bytes on disk, the write-ahead log included.
[[nodiscard]] std::uintmax_t size_on_disk(const std::filesystem::path& file);

}  // namespace examples
