// SPDX-License-Identifier: Apache-2.0
// What the tests of the SQLite module share: a folder with a file in it, options and requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/event_store.h>
#include <leftfold/sqlite.h>
#include <leftfold/uuid.h>

#include "support/code_of.h"
#include "support/temporary_folder.h"

namespace leftfold::test_sqlite {

class TempDir : public test_support::TemporaryFolder {
 public:
  [[nodiscard]] std::filesystem::path file(const std::string& name = "events.db") const { return path() / name; }
};

inline SqliteOptions options_for(const std::filesystem::path& file) {
  SqliteOptions options;
  options.file = file;
  return options;
}

/// A request for `count` events of type Happened.
inline AppendRequest request(std::string aggregate, std::int64_t expected, std::size_t count = 1,
                             const std::string& payload = "{}", std::string key = {}) {
  AppendRequest append;
  append.aggregate_id = std::move(aggregate);
  append.expected = Version{expected};
  append.idempotency_key = std::move(key);
  for (std::size_t i = 0; i < count; ++i) {
    append.events.push_back({Uuid::v7(system_clock().now()), "Happened", payload, "", 1});
  }
  return append;
}

using test_support::code_of;

}  // namespace leftfold::test_sqlite
