// A folder that ends with its object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include <leftfold/event_store.h>
#include <leftfold/sqlite.h>
#include <leftfold/uuid.h>

namespace leftfold::test_sqlite {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "leftfold-sqlite-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot create a temporary folder"};
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path file(const std::string& name = "events.db") const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline SqliteOptions options_for(const std::filesystem::path& file) {
  SqliteOptions options;
  options.file = file;
  return options;
}

/// A request for `count` events of type Happened.
inline AppendRequest request(std::string aggregate, std::int64_t expected, std::size_t count = 1,
                             std::string payload = "{}", std::string key = {}) {
  AppendRequest append;
  append.aggregate_id = std::move(aggregate);
  append.expected = Version{expected};
  append.idempotency_key = std::move(key);
  for (std::size_t i = 0; i < count; ++i) {
    append.events.push_back({Uuid::v7(system_clock().now()), "Happened", payload, "", 1});
  }
  return append;
}

}  // namespace leftfold::test_sqlite
