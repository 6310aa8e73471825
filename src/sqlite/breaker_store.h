// SPDX-License-Identifier: Apache-2.0
// Records of shared circuit breakers in a SQLite file.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>

#include "sqlite/connection.h"
#include "sqlite/side_tables.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// BreakerStore on the tables `leftfold_breakers` and `leftfold_breaker_nodes`. Waits for locks for kLongestWait at
/// most, whatever the store's other parts do: who talks to it has other things to do, and asks again. Any thread.
class SqliteBreakers final : public BreakerStore {
 public:
  static constexpr std::chrono::milliseconds kLongestWait{250};

  explicit SqliteBreakers(const FileAccess& access);

  [[nodiscard]] BreakerRecord read(std::string_view name) override;
  [[nodiscard]] std::vector<BreakerRecord> list() override;
  [[nodiscard]] bool write(const BreakerRecord& record) override;

 private:
  struct Sql {
    explicit Sql(Connection& connection);
    bool replace(const BreakerRecord& record);
    Connection& connection_;
    Statement insert_, update_, forget_nodes_, insert_node_;
  };
  [[nodiscard]] std::vector<BreakerRecord> records(std::optional<std::string_view> name);

  SideWriter<Sql> writer_;
  SideReader reader_;
};

}  // namespace leftfold::inline v0::sqlite
