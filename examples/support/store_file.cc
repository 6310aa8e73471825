// SPDX-License-Identifier: Apache-2.0
#include "support/store_file.h"

#include <leftfold/error.h>
#include <leftfold/sqlite.h>

namespace examples {

std::optional<std::filesystem::path> file_of_store(leftfold::App& app) {
  const auto* const store = dynamic_cast<leftfold::SqliteStore*>(&app.store());
  return store == nullptr ? std::nullopt : std::optional{store->file()};
}

std::filesystem::path store_file(leftfold::App& app) {
  if (const auto file = file_of_store(app)) return *file;
  throw leftfold::Error{leftfold::Errc::invalid_config,
                        "this example keeps its tables in a SQLite file, and the store is \"" +
                            app.settings().get("store").value + "\": use --store sqlite:FILE"};
}

std::uintmax_t size_on_disk(const std::filesystem::path& file) {
  std::uintmax_t sum = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(file.string() + suffix, missing);
    if (!missing) sum += size;
  }
  return sum;
}

}  // namespace examples
