// SPDX-License-Identifier: Apache-2.0
// docs/reference/environment.md says what the code does.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <leftfold/error.h>
#include <leftfold/settings.h>

#include "app/settings_reference.h"
#include "support/source_dir.h"

namespace leftfold {
namespace {

std::string page() {
  const auto path = leftfold::test_support::source_dir() / "docs/reference/environment.md";
  std::ifstream file{path};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(SettingsPage, HasTheTablesThatTheCodeMakes) {
  const std::string text = page();
  for (const std::string_view group : app::setting_groups()) {
    const std::string begin = "<!-- settings: " + std::string{group} + " -->\n";
    const std::size_t at = text.find(begin);
    ASSERT_NE(at, std::string::npos) << group;
    const std::size_t end = text.find("<!-- /settings -->", at);
    ASSERT_NE(end, std::string::npos) << group;
    EXPECT_EQ(text.substr(at + begin.size(), end - at - begin.size()), app::settings_table(group))
        << group << ": scripts/settings_reference --write updates the page";
  }
}

TEST(SettingsPage, TheTablesHaveEverySetting) {
  std::string all;
  for (const std::string_view group : app::setting_groups()) all += app::settings_table(group);
  const Settings settings{"shop", Settings::Environment{}};
  for (const Setting& each : settings.all()) {
    EXPECT_NE(all.find("| `" + std::string{each.variable} + "` |"), std::string::npos) << each.name;
    EXPECT_NE(all.find("| `" + std::string{each.name} + "` |"), std::string::npos) << each.name;
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')),
            settings.all().size() + 2 * app::setting_groups().size());
  EXPECT_THROW((void)app::settings_table("nothing"), Error);
}

}  // namespace
}  // namespace leftfold
