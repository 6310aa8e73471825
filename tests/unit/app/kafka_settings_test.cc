// SPDX-License-Identifier: Apache-2.0
// The settings of Kafka: what each is when nobody says anything, what it takes and what it refuses.
#include "app/kafka_settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/settings.h>

#include "app/address.h"
#include "support/failure_of.h"
#include "support/temporary_folder.h"

namespace leftfold {
namespace {

using test_support::failure;

using Environment = Settings::Environment;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::pair<std::string, std::string> validation(const Environment& environment) {
  const Settings settings{"shop", environment};
  return failure([&] { settings.validate(); });
}

struct Variable {
  std::string name, variable, by_default, allowed;
  std::vector<std::string> good, bad;
};

const std::string kCount = "a number from 1 to 1000000";
const std::string kManyAs(250, 'a');

const std::vector<Variable>& variables() {
  static const std::vector<Variable> all{
      {"kafka.enabled",
       "KAFKA_ENABLED",
       "true",
       "use true or false",
       {"true", "false"},
       {"flase", "True", "FALSE", "1", "0", "yes", " true", "true "}},
      {"kafka.auto_create_topics",
       "KAFKA_AUTO_CREATE_TOPICS",
       "true",
       "use true or false",
       {"true", "false"},
       {"flase", "on", "TRUE", "0"}},
      {"kafka.brokers",
       "KAFKA_BROKERS",
       "localhost:9092",
       "use HOST:PORT, several with commas between them",
       {"a:1", "a:65535", "a", "a:9092, b:9093", "[::1]:9092", "SASL_SSL://b-1.example.com:9098"},
       {"a:0", "a:65536", "a:x", ":9092", "a,,b", ",", "a b:9092", "http://"}},
      {"group", "KAFKA_GROUP_ID", "example-group", "use a name that is not empty", {"g", "orders group"}, {}},
      {"workers",
       "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES",
       "10",
       "use " + kCount,
       {"1", "1000000"},
       {"0", "-1", "1000001", "ten", "1.5", "10 ", "0x10", "99999999999999999999"}},
      {"max_in_flight",
       "KAFKA_CONSUMER_MAX_QUEUE_SIZE",
       "30",
       "use " + kCount,
       {"1", "1000000"},
       {"0", "-30", "1000001", "thirty", "3e1"}},
      {"kafka.offset_reset",
       "KAFKA_OFFSET_RESET",
       "beginning",
       "use beginning or latest",
       {"beginning", "latest"},
       {"earliest", "Latest", "begining", "0"}},
      {"kafka.events_topic",
       "KAFKA_EVENTS_TOPIC",
       "GlobalEvents",
       "use the name of a topic",
       {"a", "Shop.events_1-x", kManyAs.substr(1)},
       {"two words", ".", "..", "a/b", "\xC3\xA4", kManyAs}},
      {"kafka.client_id", "KAFKA_CLIENT_ID", "leftfold", "use a name that is not empty", {"orders-1"}, {}},
      {"kafka.log_level",
       "KAFKA_LOG_LEVEL",
       "",
       "use NOTHING, ERROR, WARN, INFO or DEBUG",
       {"NOTHING", "error", "Warn", "INFO", "debug"},
       {"TRACE", "ALL", "6", "WARNING", "off"}},
      {"kafka.partitions",
       "LEFTFOLD_KAFKA_PARTITIONS",
       "12",
       "use a number from 1 to 100000",
       {"1", "100000"},
       {"0", "-1", "100001", "many"}},
      {"kafka.replication",
       "LEFTFOLD_KAFKA_REPLICATION",
       "",
       "use a number from 1 to 10000",
       {"1", "10000"},
       {"0", "-1", "10001", "three"}},
  };
  return all;
}

TEST(KafkaSettings, WhatNobodySetsOrIsEmptyHasItsDefault) {
  for (const Variable& each : variables()) {
    for (const Environment& environment : {Environment{}, Environment{{each.variable, ""}}}) {
      const Settings settings{"shop", environment};
      EXPECT_EQ(settings.get(each.name).value, each.by_default) << each.variable;
      EXPECT_EQ(settings.get(each.name).origin, "default") << each.variable;
      settings.validate();
    }
  }
}

TEST(KafkaSettings, WhatIsAllowedIsTakenAsItIs) {
  for (const Variable& each : variables()) {
    for (const std::string& value : each.good) {
      const Settings settings{"shop", {{each.variable, value}}};
      EXPECT_EQ(failure([&] { settings.validate(); }).second, "") << each.variable << "=" << value;
      EXPECT_EQ(settings.get(each.name).value, value);
    }
  }
}

TEST(KafkaSettings, EverythingElseIsAnErrorThatNamesVariableValueAndWhatIsAllowedWhateverTheBroker) {
  for (const Variable& each : variables()) {
    for (const std::string& value : each.bad) {
      for (const char* const broker : {"embedded:", "kafka:"}) {
        const auto [code, text] = validation({{each.variable, value}, {"LEFTFOLD_BROKER", broker}});
        EXPECT_EQ(code, "invalid_config") << each.variable << "=" << value;
        EXPECT_TRUE(has(text, each.name + " is \"" + value + "\" (environment " + each.variable + ")")) << text;
        EXPECT_TRUE(has(text, each.allowed)) << text;
      }
    }
  }
}

TEST(KafkaSettings, LogLevelsAreThoseOfTheSystemThisOneFollows) {
  const std::vector<std::pair<std::string, LogLevel>> levels{{"NOTHING", LogLevel::off},
                                                             {"error", LogLevel::error},
                                                             {"Warn", LogLevel::warn},
                                                             {"INFO", LogLevel::info},
                                                             {"DEBUG", LogLevel::debug}};
  for (const auto& [text, level] : levels) {
    const Settings settings{"shop", {{"KAFKA_LOG_LEVEL", text}}};
    EXPECT_EQ(app::kafka_log_level_value(settings.get("kafka.log_level")), level) << text;
  }
}

std::vector<std::string> properties_of(const Settings& settings) {
  std::vector<std::string> all;
  for (const KafkaProperty& each : settings.kafka_properties()) {
    all.push_back(each.name + "=" + each.value + " (" + each.origin + ")");
  }
  return all;
}

TEST(KafkaProperties, AreOverruledLikeSettings) {
  const test_support::TemporaryFolder folder;
  const std::string file = (folder.path() / "my.toml").string();
  std::ofstream{file} << "[kafka]\nenabled = false\npartitions = 3\n"
                         "[kafka.properties]\nsecurity.protocol = \"ssl\"\n\"ssl.ca.location\" = \"/ca.pem\"\n"
                         "socket.timeout.ms = 5000\nenable.ssl.certificate.verification = true\n";
  Settings settings{"shop",
                    {{"LEFTFOLD_CONFIG", file},
                     {"LEFTFOLD_KAFKA__SSL_CA_LOCATION", "/other.pem"},
                     {"LEFTFOLD_KAFKA__CLIENT_RACK", ""}}};
  settings.set("kafka.properties.socket.timeout.ms", "6000", "flag -X");
  settings.set("kafka.properties.security.protocol", "plaintext");  // the program says less than the file
  EXPECT_EQ(properties_of(settings),
            (std::vector<std::string>{"enable.ssl.certificate.verification=true (file " + file + ":8)",
                                      "security.protocol=ssl (file " + file + ":5)", "socket.timeout.ms=6000 (flag -X)",
                                      "ssl.ca.location=/other.pem (environment LEFTFOLD_KAFKA__SSL_CA_LOCATION)"}));
  EXPECT_EQ(settings.get("kafka.enabled").value, "false");
  EXPECT_EQ(settings.get("kafka.partitions").value, "3");
  settings.validate();
}

TEST(KafkaProperties, ABadOneIsNamedWithItsOriginButNotItsValueWhichMayBeASecret) {
  struct Case {
    std::string variable, property, why;
  };
  for (const Case& each : {Case{"LEFTFOLD_KAFKA__SASL_PASSWORT", "sasl.passwort", "No such configuration property"},
                           Case{"LEFTFOLD_KAFKA__ENABLE_AUTO_COMMIT", "enable.auto.commit", "not handled yet"},
                           Case{"LEFTFOLD_KAFKA__GROUP_ID", "group.id", "KAFKA_GROUP_ID"},
                           Case{"LEFTFOLD_KAFKA__PLUGIN_LIBRARY_PATHS", "plugin.library.paths", "not loaded"}}) {
    const auto [code, text] = validation({{each.variable, "s3cret"}});
    EXPECT_EQ(code, "invalid_config") << text;
    EXPECT_TRUE(has(text, "kafka.properties." + each.property + " (environment " + each.variable + "): ")) << text;
    EXPECT_TRUE(has(text, each.why)) << text;
    EXPECT_FALSE(has(text, "s3cret")) << text;
  }
  const auto [code, text] = validation({{"LEFTFOLD_KAFKA__SECURITY_PROTOCOL", "sals_ssl"}});
  EXPECT_EQ(code, "invalid_config");
  EXPECT_TRUE(has(text, "sals_ssl")) << text;  // librdkafka's own words, for what is no secret
}

TEST(KafkaProperties, OfSecurityAreTakenAsThePageSays) {
  EXPECT_EQ(validation({{"LEFTFOLD_KAFKA__SECURITY_PROTOCOL", "sasl_ssl"},
                        {"LEFTFOLD_KAFKA__SASL_MECHANISMS", "SCRAM-SHA-512"},
                        {"LEFTFOLD_KAFKA__SASL_USERNAME", "me"},
                        {"LEFTFOLD_KAFKA__SASL_PASSWORD", "a=b,c"},
                        {"LEFTFOLD_KAFKA__SSL_CA_LOCATION", "/etc/ca.pem"},
                        {"LEFTFOLD_KAFKA__SSL_CERTIFICATE_LOCATION", "/etc/me.pem"},
                        {"LEFTFOLD_KAFKA__SSL_KEY_LOCATION", "/etc/me.key"},
                        {"LEFTFOLD_KAFKA__SSL_KEY_PASSWORD", "x"},
                        {"LEFTFOLD_KAFKA__DEBUG", "broker,cgrp"}})
                .second,
            "");
}

TEST(KafkaProperties, MustStandInTheirTable) {
  const test_support::TemporaryFolder folder;
  const std::string file = (folder.path() / "my.toml").string();
  const auto said = [&](const std::string& text) {
    std::ofstream{file} << text;
    return validation({{"LEFTFOLD_CONFIG", file}}).second;
  };
  EXPECT_TRUE(has(said("[kafka]\nsecurity.protocol = \"ssl\"\n"), "kafka.properties.NAME"));
  EXPECT_TRUE(has(said("[kafka]\nbroker = \"a:1\"\n"), "did you mean \"kafka.brokers\"?"));
  EXPECT_TRUE(has(said("[kafka.properties]\ndebug = [\"broker\"]\n"), "use a text, a number, or true or false"));
  EXPECT_TRUE(has(said("[kafka]\nenabled = \"false\"\n"), "kafka.enabled is text; use true or false"));
  EXPECT_EQ(said("[kafka.properties]\n"), "");
  const Settings settings{"shop", Environment{}};
  EXPECT_EQ(failure([&] { (void)settings.get("kafka.properties.debug"); }).first, "invalid_argument");
}

TEST(KafkaSettings, DeadLettersInMemoryAreNotUsedBesideCheckpointsThatOutliveThem) {
  MemoryDeadLetterStore letters;
  const auto used = [&](const std::string& store, const std::string& broker, const std::string& enabled) {
    const Settings settings{"shop",
                            {{"LEFTFOLD_STORE", store}, {"LEFTFOLD_BROKER", broker}, {"KAFKA_ENABLED", enabled}}};
    return app::dead_letters_beside(settings, &letters) != nullptr;
  };
  EXPECT_FALSE(used("memory:", "kafka:", "true"));
  EXPECT_TRUE(used("memory:", "kafka:", "false"));
  EXPECT_TRUE(used("memory:", "embedded:", "true"));
  EXPECT_TRUE(used("sqlite:a.db", "kafka:", "true"));
}

TEST(KafkaSettings, OffsetResetOverrulesTheProgramAndLeavesTablesInMemoryAlone) {
  HandlerInfo listener;
  HandlerInfo in_memory;
  in_memory.is_projector = true;
  HandlerInfo in_table = in_memory;
  in_table.exactly_once = true;
  const Settings latest{"shop", {{"LEFTFOLD_BROKER", "kafka:"}, {"KAFKA_OFFSET_RESET", "latest"}}};
  EXPECT_EQ(app::start_in_kafka(latest, listener), StartFrom::latest);
  EXPECT_EQ(app::start_in_kafka(latest, in_table), StartFrom::latest);
  EXPECT_EQ(app::start_in_kafka(latest, in_memory), std::nullopt);
  const Settings beginning{"shop", {{"LEFTFOLD_BROKER", "kafka:"}, {"KAFKA_OFFSET_RESET", "beginning"}}};
  EXPECT_EQ(app::start_in_kafka(beginning, listener), StartFrom::beginning);
  const Settings silent{"shop", {{"LEFTFOLD_BROKER", "kafka:"}}};
  EXPECT_EQ(app::start_in_kafka(silent, listener), std::nullopt);
  const Settings embedded{"shop", {{"KAFKA_OFFSET_RESET", "latest"}}};
  EXPECT_EQ(app::start_in_kafka(embedded, listener), std::nullopt);
}

}  // namespace
}  // namespace leftfold
