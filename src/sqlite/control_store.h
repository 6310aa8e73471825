// SPDX-License-Identifier: Apache-2.0
// What operators want of subscriptions, in a SQLite file.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <leftfold/control_store.h>

#include "sqlite/connection.h"
#include "sqlite/side_tables.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// ControlStore on the table `leftfold_controls`. Any thread.
class SqliteControls final : public ControlStore {
 public:
  explicit SqliteControls(const FileAccess& access);

  [[nodiscard]] SubscriptionControl control(std::string_view subscription) override;
  [[nodiscard]] std::vector<SubscriptionControl> controls() override;
  void pause(std::string_view subscription, std::string_view by, std::string_view why) override;
  void resume(std::string_view subscription, std::string_view by) override;
  std::int64_t restart(std::string_view subscription, std::string_view by) override;

 private:
  struct Sql {
    explicit Sql(Connection& connection);
    void set(std::string_view subscription, bool paused, std::string_view by, std::string_view why, Timestamp at);
    std::int64_t restart(std::string_view subscription, std::string_view by, Timestamp at);
    Statement set_, restart_;
  };
  void set(std::string_view subscription, bool paused, std::string_view by, std::string_view why);

  Clock& clock_;
  SideWriter<Sql> writer_;
  SideReader reader_;
};

}  // namespace leftfold::inline v0::sqlite
