// SPDX-License-Identifier: Apache-2.0
// leftfold.toml: precedence, and every mistake that can be made in it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/settings.h>

#include "support/temporary_folder.h"

namespace leftfold {
namespace {

namespace fs = std::filesystem;

class SettingsFile : public testing::Test {
 protected:
  /// Writes the file and gives the environment that names it.
  Settings::Environment with(const std::string& text, Settings::Environment more = {}) {
    std::ofstream{path, std::ios::binary} << text;
    more["LEFTFOLD_CONFIG"] = path.string();
    return more;
  }
  /// What validate() says about a file of this text.
  std::string failure(const std::string& text) {
    const Settings settings{"shop", with(text)};
    return said([&] { settings.validate(); });
  }
  static std::string said(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_config) << error.what();
      return error.what();
    }
    return "nothing";
  }

  const test_support::TemporaryFolder folder;
  const fs::path path = folder.path() / "my.toml";
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(SettingsFile, OverrulesTheProgramAndIsOverruledByTheEnvironmentAndThatByFlags) {
  const std::string text =
      "# a comment\nstore = \"memory:\"\nworkers = 7\n[retry]\nmax_attempts = 3\nmultiplier = 1.5\n";
  Settings settings{"shop", with(text, {{"KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "8"}})};
  settings.set("store", "sqlite:program.db");
  settings.set("retry.base", "1s");
  EXPECT_EQ(settings.get("store").value, "memory:");
  EXPECT_EQ(settings.get("store").origin, "file " + path.string() + ":2");
  EXPECT_EQ(settings.get("workers").origin, "environment KAFKA_CONSUMER_MAX_PARALLEL_HANDLES");
  EXPECT_EQ(settings.get("retry.max_attempts").value, "3");
  EXPECT_EQ(settings.get("retry.max_attempts").origin, "file " + path.string() + ":5");
  EXPECT_EQ(settings.get("retry.multiplier").value, "1.5");
  EXPECT_EQ(settings.get("retry.base").origin, "program");
  EXPECT_EQ(settings.get("retry.cap").origin, "default");
  settings.set("workers", "9", "flag --workers");
  settings.set("store", "sqlite:flag.db", "flag --store");
  EXPECT_EQ(settings.get("workers").value, "9");
  EXPECT_EQ(settings.get("store").value, "sqlite:flag.db");
  settings.validate();
}

TEST_F(SettingsFile, AnotherOneTakesThePlaceOfTheFirst) {
  Settings settings{"shop", with("group = \"one\"\nworkers = 7\n[handlers.A.retry]\nbase = \"1s\"\n")};
  settings.set("group", "program's");
  const fs::path second = folder.path() / "second.toml";
  std::ofstream{second} << "workers = 8\n";
  settings.set("config", second.string(), "flag --config");
  EXPECT_EQ(settings.get("workers").value, "8");
  EXPECT_EQ(settings.get("group").value, "program's");
  EXPECT_TRUE(settings.handlers().empty());
}

TEST_F(SettingsFile, AFlagMendsAFileThatCannotBeUsed) {
  Settings settings{"shop", with("not toml")};
  const fs::path second = folder.path() / "second.toml";
  std::ofstream{second} << "";
  settings.set("config", second.string(), "flag --config");
  settings.validate();
}

TEST_F(SettingsFile, OfTheWorkingFolderIsReadWhenItIsThere) {
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  EXPECT_EQ(Settings("shop", Settings::Environment{}).get("group").value, "example-group");
  std::ofstream{"leftfold.toml"} << "\ngroup = \"orders\"\n";
  const Settings settings{"shop", Settings::Environment{}};
  fs::current_path(before);
  EXPECT_EQ(settings.get("group").value, "orders");
  EXPECT_EQ(settings.get("group").origin, "file leftfold.toml:2");
}

TEST_F(SettingsFile, ThatIsNamedMustBeThereAndBeAFile) {
  Settings::Environment environment{{"LEFTFOLD_CONFIG", path.string()}};
  EXPECT_EQ(said([&] { Settings("shop", environment).validate(); }),
            "settings file " + path.string() +
                " (environment LEFTFOLD_CONFIG) does not exist; create it, or name another one");
  environment["LEFTFOLD_CONFIG"] = folder.path().string();
  EXPECT_TRUE(has(said([&] { Settings("shop", environment).validate(); }), "is a folder; name a file"));
  environment["LEFTFOLD_CONFIG"] = "/dev/zero";
  EXPECT_TRUE(has(said([&] { Settings("shop", environment).validate(); }), "larger than 1 MiB"));
  environment["LEFTFOLD_CONFIG"] = "/dev/null";
  Settings("shop", environment).validate();
}

TEST_F(SettingsFile, MalformedTomlIsNamedWithItsPlace) {
  for (const auto& [text, place] : std::vector<std::pair<std::string, std::string>>{
           {"workers = 1\nworkers = = 2\n", ":2:"},
           {"workers = 1\nworkers = 2\n", ":2:"},
           {"[retry\n", ":1:"},
           {"store = \"memory:\n", ":1:"},
           {"group = \"\xFF\"\n", ":1:"},
           {std::string{"group = \"\0\"\n", 12}, ":1:"},
       }) {
    const std::string why = failure(text);
    EXPECT_TRUE(why.starts_with(path.string() + place)) << why;
    EXPECT_TRUE(has(why, ": malformed TOML: ")) << why;
  }
}

TEST_F(SettingsFile, AnUnknownKeyIsNamedWithTheNearestAndThoseBesideIt) {
  const auto expect = [this](const std::string& text, const std::string& why) {
    EXPECT_TRUE(has(failure(text), why)) << failure(text) << "\nexpected: " << why;
  };
  const std::string at = path.string() + ":";
  expect("\nstroe = 1\n",
         at + "2: \"stroe\" is no setting of leftfold; did you mean \"store\"?; settings: store, broker,");
  expect("x = 1\n", "handlers.NAME.*");
  expect("[retry]\nmax_atempts = 1\n",
         at + "2: \"retry.max_atempts\" is no setting of leftfold; did you mean \"retry.max_attempts\"?; settings: "
              "retry.immediate, retry.max_attempts,");
  expect("retry = 5\n", at + "1: \"retry\" is no setting of leftfold");
  expect("[[retry]]\nbase = \"1s\"\n", at + "1: \"retry\" is no setting of leftfold");
  expect("[retyr]\n", at + "1: \"retyr\" is no setting of leftfold");
  expect("[retry.base]\nx = 1\n", at + "2: \"retry.base.x\" is no setting of leftfold");
  expect("[handlers.Bell.rerty]\nbase = \"1s\"\n",
         at + "2: handler \"Bell\": \"rerty.base\" is no setting of a handler; did you mean \"retry.base\"?");
  expect("[handlers.Bell]\nstore = \"memory:\"\n", "handler \"Bell\": \"store\" is no setting of a handler");
  expect("[handlers]\nBell = 1\n", at + "2: settings of a handler stand in a table of its name");
  expect("handlers = 1\n", at + "1: settings of a handler stand in a table of its name");
  expect("config = \"x\"\n", at + "1: config names this file and cannot stand in it");
  expect("\"a\\nb\" = 1\n", "\"a\\x0Ab\" is no setting");
  EXPECT_EQ(failure("[retry]\n[handlers]\n[handlers.Bell]\n[handlers.Bell.retry]\n"), "nothing");  // all empty
}

TEST_F(SettingsFile, AValueOfAWrongTypeIsNamedWithWhatIsAllowed) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"workers = \"7\"", "workers is text; use a number from 1 to 1000000"},
           {"workers = 7.0", "workers is a number with a fraction; use a number from 1 to 1000000"},
           {"group = 7", "group is a whole number; use a name that is not empty, in quotes"},
           {"group = [\"a\"]", "group is a list of texts; use a name that is not empty, in quotes"},
           {"group = [1]", "group is an array or a date; use"},
           {"group = 2020-01-01", "group is an array or a date; use"},
           {"retry.base = 5", "retry.base is a whole number; use a duration such as 500ms"},
           {"retry.multiplier = true", "retry.multiplier is true or false; use a number"},
           {"breaker.enabled = \"yes\"", "breaker.enabled is text; use true or false"},
           {"breaker.enabled = 1", "breaker.enabled is a whole number; use true or false"},
           {"[workers]", "workers is a table; use a number"},
           {"[handlers.Bell.retry]\nbase = 5", "retry.base is a whole number; use a duration"},
       }) {
    const std::string said = failure(text);
    EXPECT_TRUE(said.starts_with(path.string() + ":")) << said;
    EXPECT_TRUE(has(said, why)) << said << "\nexpected: " << why;
  }
  EXPECT_EQ(failure("retry.multiplier = 3"), "nothing");  // a whole number is a number
}

TEST_F(SettingsFile, AValueThatCannotBeUsedIsNamedWithItsLine) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"workers = 0", "workers is \"0\" (file " + path.string() + ":1); use a number from 1"},
           {"workers = -1", "workers is \"-1\""},
           {"group = \"\"", "group is \"\""},
           {"[retry]\nbase = \"fast\"", "retry.base is \"fast\" (file " + path.string() + ":2); use a duration"},
           {"[handlers.Bell]\non_fatal = \"panic\"", "on_fatal is \"panic\" (file " + path.string() + ":2)"},
           {"retry.multiplier = nan", "retry.multiplier is \"nan\""},
           {"retry.multiplier = inf", "retry.multiplier is \"inf\""},
       }) {
    EXPECT_TRUE(has(failure(text), why)) << failure(text);
  }
}

TEST_F(SettingsFile, NothingOfAFileWithAMistakeCounts) {
  const Settings settings{"shop", with("workers = 7\nnonsense = 1\n")};
  EXPECT_EQ(settings.get("workers").value, "10");
}

TEST_F(SettingsFile, AReferenceToASettingStaysGood) {
  Settings settings{"shop", with("workers = 7\n")};
  const Setting& workers = settings.get("workers");
  settings.set("config", "/dev/null", "flag --config");
  EXPECT_EQ(workers.value, "10");
}

}  // namespace
}  // namespace leftfold
