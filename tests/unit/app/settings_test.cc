// SPDX-License-Identifier: Apache-2.0
#include <leftfold/settings.h>

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT: setenv is POSIX

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "app/address.h"
#include "app/nearest.h"
#include "support/failure_of.h"

namespace leftfold {
namespace {

using test_support::failure;

using Environment = Settings::Environment;

TEST(Settings, FlagBeatsEnvironmentBeatsProgramBeatsDefaultInWhateverOrderTheyAreSet) {
  Settings settings{"shop", {{"LEFTFOLD_LOG_LEVEL", "warn"}}};
  settings.set("store", "memory:");
  EXPECT_EQ(settings.get("store").value, "memory:");
  EXPECT_EQ(settings.get("store").origin, "program");
  settings.set("log_level", "debug");
  EXPECT_EQ(settings.get("log_level").value, "warn");
  EXPECT_EQ(settings.get("log_level").origin, "environment LEFTFOLD_LOG_LEVEL");
  settings.set("log_level", "error", "flag --log-level");
  settings.set("log_level", "debug");
  EXPECT_EQ(settings.get("log_level").value, "error");
  EXPECT_EQ(settings.get("log_level").origin, "flag --log-level");
}

TEST(Settings, AnEmptyVariableCountsAsNotSet) {
  const Settings settings{"shop", {{"LEFTFOLD_STORE", ""}, {"LEFTFOLD_NONSENSE", ""}}};
  EXPECT_EQ(settings.get("store").value, "sqlite:shop.db");
  settings.validate();
}

TEST(Settings, AVariableMadeOfASettingsNameIsAnsweredWithTheRealOne) {
  for (const auto& [given, variable] : {std::pair{"LEFTFOLD_WORKERS", "workers is KAFKA_CONSUMER_MAX_PARALLEL_HANDLES"},
                                        std::pair{"LEFTFOLD_GROUP", "group is KAFKA_GROUP_ID"},
                                        std::pair{"LEFTFOLD_KAFKA_BROKERS", "kafka.brokers is KAFKA_BROKERS"}}) {
    const Settings settings{"shop", {{given, "3"}}};
    const auto [code, text] = failure([&] { settings.validate(); });
    EXPECT_EQ(code, "invalid_config");
    EXPECT_EQ(text, "the environment sets " + std::string{given} +
                        ", which is no setting of leftfold; the variable of " + variable +
                        "; correct or unset it: docs/reference/environment.md lists them");
  }
}

TEST(Settings, TheEnvironmentIsTheProcessesOwnUnlessGiven) {
  ASSERT_EQ(setenv("KAFKA_GROUP_ID", "orders=of the shop", 1), 0);
  EXPECT_EQ(Settings{"shop"}.get("group").value, "orders=of the shop");
  ASSERT_EQ(unsetenv("KAFKA_GROUP_ID"), 0);
  EXPECT_EQ(Settings{"shop"}.get("group").value, "example-group");
}

bool built(std::string_view broker) {
  const std::vector<std::string_view> brokers = app::built_brokers();
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

TEST(Settings, EveryMalformedValueIsNamedWithItsOriginAndWhatIsAllowed) {
  struct Case {
    std::string name, variable, value, code, allowed;
  };
  const std::vector<Case> cases{
      {"store", "LEFTFOLD_STORE", "shop.db", "invalid_config", "did you mean \"sqlite:shop.db\"?"},
      {"store", "LEFTFOLD_STORE", "memory", "invalid_config", "did you mean \"memory:\"?"},
      {"store", "LEFTFOLD_STORE", "memory:x", "invalid_config", "memory:, sqlite:FILE or dynamodb:"},
      {"store", "LEFTFOLD_STORE", "sqlite:", "invalid_config", "memory:, sqlite:FILE or dynamodb:"},
      {"store", "LEFTFOLD_STORE", "sqlite::memory:", "invalid_config", "did you mean \"memory:\"?"},
      {"store", "LEFTFOLD_STORE", "dynamodb:eu", "invalid_config", "EVENTSTORE_TABLE_NAME"},
      {"broker", "LEFTFOLD_BROKER", "embedded", "invalid_config", "did you mean \"embedded:\"?"},
      {"broker", "LEFTFOLD_BROKER", "rabbit:", "invalid_config", "embedded: (the store itself), kafka: or none:"},
      {"broker", "LEFTFOLD_BROKER", "kafka", "invalid_config", "did you mean \"kafka:\"?"},
      built("kafka") ? Case{"broker", "LEFTFOLD_BROKER", "kafka:localhost:9092", "invalid_config", "KAFKA_BROKERS"}
                     : Case{"broker", "LEFTFOLD_BROKER", "kafka:", "unsupported", "this build has no Kafka broker"},
      {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "0", "invalid_config", "a number from 1 to 1000000"},
      {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "-1", "invalid_config", "a number from 1"},
      {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "ten", "invalid_config", "a number from 1"},
      {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "10 ", "invalid_config", "a number from 1"},
      {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "99999999999999999999", "invalid_config", "a number from 1"},
      {"max_in_flight", "KAFKA_CONSUMER_MAX_QUEUE_SIZE", "1000001", "invalid_config", "a number from 1 to 1000000"},
      {"log_level", "LEFTFOLD_LOG_LEVEL", "loud", "invalid_config", "trace, debug, info, warn, error or off"},
      {"log_format", "LEFTFOLD_LOG_FORMAT", "xml", "invalid_config", "text or json"},
      {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "10", "invalid_config", "a duration such as 500ms"},
      {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "10 s", "invalid_config", "a duration"},
      {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "-1s", "invalid_config", "a duration"},
      {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "25h", "invalid_config", "at most 24h"},
      {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "9223372036854775807h", "invalid_config", "a duration"},
  };
  for (const Case& c : cases) {
    const Settings settings{"shop", {{c.variable, c.value}}};
    const auto [code, text] = failure([&] { settings.validate(); });
    EXPECT_EQ(code, c.code) << c.name << " " << c.value << ": " << text;
    EXPECT_NE(text.find(c.name + " is \"" + c.value + "\" (environment " + c.variable + ")"), std::string::npos)
        << text;
    EXPECT_NE(text.find(c.allowed), std::string::npos) << text;
  }
}

TEST(Settings, AnEmptyFlagIsMalformedEverywhere) {
  const Settings defaults{"shop", Environment{}};
  for (const Setting& setting : defaults.all()) {
    Settings settings{"shop", Environment{}};
    settings.set(setting.name, "", "flag --some");
    EXPECT_EQ(failure([&] { settings.validate(); }).first, "invalid_config") << setting.name;
  }
}

TEST(Settings, AFlagMendsABadVariable) {
  Settings settings{"shop", {{"LEFTFOLD_STORE", "nonsense"}}};
  settings.set("store", "memory:", "flag --store");
  settings.validate();
}

TEST(Settings, AnUnknownVariableOfOursIsNamedWithTheNearestButNotItsValue) {
  const Settings settings{"shop", {{"LEFTFOLD_STROE", "secret"}, {"OTHER_STROE", "x"}}};
  const auto [code, text] = failure([&] { settings.validate(); });
  EXPECT_EQ(code, "invalid_config");
  EXPECT_NE(text.find("LEFTFOLD_STROE"), std::string::npos) << text;
  EXPECT_NE(text.find("did you mean \"LEFTFOLD_STORE\"?"), std::string::npos) << text;
  EXPECT_EQ(text.find("secret"), std::string::npos) << text;
}

TEST(Settings, AnUnknownNameIsAnErrorWithTheNearest) {
  Settings settings{"shop", Environment{}};
  const auto [code, text] = failure([&] { settings.set("worker", "1"); });
  EXPECT_EQ(code, "invalid_argument");
  EXPECT_NE(text.find("did you mean \"workers\"?"), std::string::npos) << text;
  EXPECT_EQ(failure([&] { (void)settings.get("nothing_like_it"); }).first, "invalid_argument");
}

TEST(Settings, CountsAndDurationsAreRead) {
  using std::chrono::milliseconds;
  Settings settings{"shop", Environment{}};
  EXPECT_EQ(settings.count("workers"), 10U);
  EXPECT_EQ(settings.duration("shutdown_timeout"), milliseconds{30'000});
  for (const auto& [text, value] :
       std::vector<std::pair<std::string, int>>{{"500ms", 500}, {"0s", 0}, {"2m", 120'000}, {"24h", 86'400'000}}) {
    settings.set("shutdown_timeout", text);
    EXPECT_EQ(settings.duration("shutdown_timeout"), milliseconds{value}) << text;
  }
  EXPECT_EQ(failure([&] { (void)settings.count("store"); }).first, "invalid_config");
}

TEST(Settings, AddressesAreRead) {
  Settings settings{"shop", Environment{}};
  settings.set("store", "sqlite:/var/lib/my shop.db");
  EXPECT_EQ(app::store_address(settings.get("store")).file, "/var/lib/my shop.db");
  settings.set("store", "memory:");
  EXPECT_EQ(app::store_address(settings.get("store")).kind, app::StoreKind::memory);
  settings.set("broker", "none:");
  EXPECT_EQ(app::broker_kind(settings.get("broker")), app::BrokerKind::none);
  settings.set("broker", "embedded:");
  EXPECT_EQ(app::broker_kind(settings.get("broker")), app::BrokerKind::embedded);
  settings.set("log_level", "WARN");
  EXPECT_EQ(app::log_level_value(settings.get("log_level")), LogLevel::warn);
  settings.set("log_format", "json");
  EXPECT_EQ(app::log_format_value(settings.get("log_format")), LogFormat::json);
}

TEST(Nearest, FindsMisspellingsAndNothingElse) {
  const std::vector<std::string_view> known{"run", "handlers", "events", "tail", "version"};
  EXPECT_EQ(app::nearest("rnu", known), "run");
  EXPECT_EQ(app::nearest("handelrs", known), "handlers");
  EXPECT_EQ(app::nearest("evnt", known), "events");
  EXPECT_EQ(app::nearest("xyz", known), "");
  EXPECT_EQ(app::nearest("", known), "");
  EXPECT_EQ(app::nearest(std::string(10'000, 'r'), known), "");
  EXPECT_EQ(app::did_you_mean("tial", known), "; did you mean \"tail\"?");
  EXPECT_EQ(app::did_you_mean("postgres", known), "");
}

}  // namespace
}  // namespace leftfold
