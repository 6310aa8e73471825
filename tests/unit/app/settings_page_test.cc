// SPDX-License-Identifier: Apache-2.0
// docs/reference/environment.md says what the code does.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <leftfold/settings.h>

#include "support/source_dir.h"

namespace leftfold {
namespace {

std::vector<std::string> rows_of_page() {
  const auto page = leftfold::test_support::source_dir() / "docs/reference/environment.md";
  std::ifstream file{page};
  EXPECT_TRUE(file) << page;
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) rows.push_back(line);
  }
  return rows;
}

/// What a row of the page must begin with: variable, default and name.
std::string start_of_row(const Setting& setting) {
  std::string value = "`" + setting.value + "`";
  if (setting.name == "store") value = "`sqlite:NAME.db`, after the program; none for `lfold`";
  if (setting.name == "kafka.replication") value = "the brokers' own";
  if (setting.name == "metrics_addr") value = "none";
  if (setting.name == "kafka.log_level") value = "as `LEFTFOLD_LOG_LEVEL`";
  return "| `" + std::string{setting.variable} + "` | " + value + " | `" + std::string{setting.name} + "`";
}

TEST(SettingsPage, HasARowForEverySettingInTheirOrderAndNoOther) {
  const Settings settings{"shop", Settings::Environment{}};
  const std::vector<std::string> rows = rows_of_page();
  ASSERT_EQ(rows.size(), settings.all().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Setting& setting = settings.all()[i];
    EXPECT_TRUE(rows[i].starts_with(start_of_row(setting))) << rows[i] << "\nmust begin: " << start_of_row(setting);
    if (i >= 10) {  // after the general ones: the text of the code itself
      EXPECT_TRUE(rows[i].ends_with("| " + std::string{setting.help} + " | " + std::string{setting.allowed} + " |"))
          << rows[i] << "\nmust end: | " << setting.help << " | " << setting.allowed << " |";
    }
  }
}

}  // namespace
}  // namespace leftfold
