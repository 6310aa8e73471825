// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include <leftfold/sqlite.h>

#include "breakers/shared_store.h"

namespace breakers {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "shared.db"; }

leftfold::SqliteOptions options_for(const std::filesystem::path& folder) {
  leftfold::SqliteOptions options;
  options.file = file_in(folder);
  return options;
}

class SharedFile final : public SharedStore {
 public:
  explicit SharedFile(const std::filesystem::path& folder) : file_{file_in(folder)}, store_{options_for(folder)} {
    if (sqlite3_open(file_.c_str(), &db_) != SQLITE_OK) throw std::runtime_error{"cannot open " + file_.string()};
    sqlite3_busy_timeout(db_, 10'000);
  }
  ~SharedFile() override { sqlite3_close(db_); }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  leftfold::BreakerStore& breakers() override { return store_.breakers(); }
  // It changes when another connection has changed the file.
  int writes() override {
    int version = -1;
    sqlite3_exec(
        db_, "PRAGMA data_version",
        [](void* into, int, char** values, char**) {
          *static_cast<int*>(into) = std::stoi(values[0]);
          return 0;
        },
        &version, nullptr);
    return version;
  }
  void without_writes(const std::function<void()>& during) override {
    must("BEGIN IMMEDIATE");
    during();
    must("ROLLBACK");
  }
  void away(const std::function<void()>& during) override {
    const std::filesystem::path elsewhere = file_.string() + ".away";
    std::filesystem::rename(file_, elsewhere);
    during();
    std::filesystem::rename(elsewhere, file_);
  }

 private:
  void must(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error{sqlite3_errmsg(db_)};
  }

  const std::filesystem::path file_;
  leftfold::SqliteStore store_;
  sqlite3* db_ = nullptr;
};

}  // namespace

std::unique_ptr<SharedStore> make_sqlite(const std::filesystem::path& folder) {
  return std::make_unique<SharedFile>(folder);
}

std::shared_ptr<leftfold::BreakerStore> open_breakers(const std::filesystem::path& folder) {
  if (auto tables = open_dynamodb(folder)) return tables;
  const auto store = std::make_shared<leftfold::SqliteStore>(options_for(folder));
  return {store, &store->breakers()};
}

}  // namespace breakers
