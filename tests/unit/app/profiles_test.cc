// SPDX-License-Identifier: Apache-2.0
// [profiles.NAME] of leftfold.toml.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/settings.h>

#include "support/temporary_folder.h"

namespace leftfold {
namespace {

constexpr const char* kText = R"(store = "sqlite:shop.db"
workers = 7
[handlers.SendReceipt.retry]
base = "1s"
[profiles.prod]
store = "memory:"
[profiles.prod.kafka]
brokers = "kafka-1:9093"
[profiles.prod.kafka.properties]
security.protocol = "ssl"
[profiles.prod.handlers.SendReceipt.retry]
base = "2s"
[profiles.staging]
[profiles.test]
workers = 1
)";

class Profiles : public testing::Test {
 protected:
  Settings of(const std::string& text, Settings::Environment more = {}) {
    std::ofstream{path, std::ios::binary} << text;
    more["LEFTFOLD_CONFIG"] = path;
    return Settings{"shop", more};
  }
  static std::string failure(const Settings& settings) {
    try {
      settings.validate();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_config) << error.what();
      return error.what();
    }
    return "nothing";
  }

  const test_support::TemporaryFolder folder;
  const std::string path = (folder.path() / "my.toml").string();
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(Profiles, AreLeftOutUnlessOneIsChosen) {
  const Settings settings = of(kText);
  EXPECT_EQ(failure(settings), "nothing");
  EXPECT_EQ(settings.get("store").value, "sqlite:shop.db");
  EXPECT_TRUE(settings.kafka_properties().empty());
  EXPECT_EQ(settings.profiles(), (std::vector<std::string>{"prod", "staging", "test"}));
}

TEST_F(Profiles, TheChosenOneOverrulesTheRestOfTheFile) {
  const Settings settings = of(kText, {{"LEFTFOLD_PROFILE", "prod"}});
  EXPECT_EQ(failure(settings), "nothing");
  EXPECT_EQ(settings.get("store").value, "memory:");
  EXPECT_EQ(settings.get("store").origin, "profile prod, " + path + ":6");
  EXPECT_EQ(settings.get("workers").value, "7");
  EXPECT_EQ(settings.get("workers").origin, "file " + path + ":2");
  EXPECT_EQ(settings.get("handlers.SendReceipt.retry.base").value, "2s");
  ASSERT_EQ(settings.kafka_properties().size(), 1U);
  EXPECT_EQ(settings.kafka_properties().front().name, "security.protocol");
}

TEST_F(Profiles, AreOverruledByTheEnvironmentAndFlags) {
  Settings settings =
      of(kText, {{"LEFTFOLD_PROFILE", "prod"}, {"LEFTFOLD_STORE", "sqlite:variable.db"}, {"KAFKA_BROKERS", "k:1"}});
  EXPECT_EQ(settings.get("store").value, "sqlite:variable.db");
  settings.set("kafka.brokers", "k:2", "flag -X");
  EXPECT_EQ(settings.get("kafka.brokers").value, "k:2");
  settings.set("profile", "test", "flag --profile");  // and what the other one said is forgotten
  EXPECT_EQ(settings.get("workers").value, "1");
  EXPECT_EQ(settings.get("handlers.SendReceipt.retry.base").value, "1s");
  EXPECT_EQ(settings.get("store").value, "sqlite:variable.db");
}

TEST_F(Profiles, AnEmptyOneIsThere) { EXPECT_EQ(failure(of(kText, {{"LEFTFOLD_PROFILE", "staging"}})), "nothing"); }

TEST_F(Profiles, AnUnknownOneIsAnErrorWithTheNearest) {
  const std::string why = failure(of(kText, {{"LEFTFOLD_PROFILE", "prd"}}));
  EXPECT_TRUE(has(why, "profile is \"prd\" (environment LEFTFOLD_PROFILE), but " + path + " has no [profiles.prd]"))
      << why;
  EXPECT_TRUE(has(why, "did you mean \"prod\"?; profiles: prod, staging, test")) << why;
  EXPECT_TRUE(has(failure(of("workers = 1\n", {{"LEFTFOLD_PROFILE", "prod"}})), "it has no profiles"));
}

TEST_F(Profiles, EveryOneIsLookedAt) {
  std::string why = failure(of("[profiles.prod.retry]\nbse = \"1s\"\n"));
  EXPECT_TRUE(has(why, path + ":2: profile \"prod\": \"retry.bse\" is no setting")) << why;
  EXPECT_TRUE(has(why, "did you mean \"retry.base\"?")) << why;
  why = failure(of("[profiles.prod]\nworkers = \"7\"\n"));
  EXPECT_TRUE(has(why, ":2: workers is text; use a number")) << why;
  EXPECT_TRUE(has(failure(of("[profiles]\nworkers = 7\n")), "stand in a table of its name: [profiles.prod]"));
  EXPECT_TRUE(has(failure(of("[profiles.a.profiles.b]\nworkers = 7\n")), "stand in a table of its name"));
  EXPECT_TRUE(has(failure(of("[profiles.prod]\nconfig = \"x\"\n")), "cannot stand in it"));
  EXPECT_TRUE(has(failure(of("profile = \"prod\"\n[profiles.prod]\n")), "LEFTFOLD_PROFILE or --profile"));
}

TEST_F(Profiles, AListOfTextsIsOneWithCommasInAVariable) {
  EXPECT_EQ(of("load = [\"a.so\", \"b/c.so\"]\n").get("load").value, "a.so,b/c.so");
  EXPECT_EQ(of("load = \"a.so\"\n").get("load").value, "a.so");
  EXPECT_TRUE(has(failure(of("load = [\"a,b\"]\n")), "load is an array or a date"));
  EXPECT_TRUE(has(failure(of("load = [1]\n")), "use paths with commas between them"));
  EXPECT_TRUE(has(failure(of("load = []\n")), "load is an array or a date"));
  EXPECT_TRUE(has(failure(of("workers = [\"1\"]\n")), "workers is a list of texts; use a number"));
  EXPECT_TRUE(has(failure(of("", {{"LEFTFOLD_LOAD", "a.so,,b.so"}})), "load is \"a.so,,b.so\""));
}

}  // namespace
}  // namespace leftfold
