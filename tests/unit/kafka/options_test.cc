// SPDX-License-Identifier: Apache-2.0
// Settings from the environment.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include <leftfold/error.h>
#include <leftfold/kafka.h>

#include "kafka/options.h"
#include "support/code_of.h"

namespace leftfold {
namespace {

using Environment = std::map<std::string, std::string>;
using test_support::code_of;

TEST(KafkaOptions, AreTheNodeLibraryS) {
  const KafkaOptions unset = KafkaOptions::from({});
  const KafkaOptions defaults;
  EXPECT_EQ(unset.brokers, "localhost:9092");
  EXPECT_EQ(unset.topic, "GlobalEvents");
  EXPECT_EQ(unset.client_id, "");
  EXPECT_EQ(unset.create, KafkaOptions::Topic::create);
  EXPECT_EQ(unset.partitions, 12);
  EXPECT_EQ(unset.replication, -1);
  EXPECT_TRUE(unset.properties.empty());
  EXPECT_EQ(unset.start_timeout, defaults.start_timeout);
}

TEST(KafkaOptions, AnEmptyVariableCountsAsNotSet) {
  const KafkaOptions empty = KafkaOptions::from({{"KAFKA_BROKERS", ""},
                                                 {"KAFKA_EVENTS_TOPIC", ""},
                                                 {"KAFKA_CLIENT_ID", ""},
                                                 {"KAFKA_AUTO_CREATE_TOPICS", ""},
                                                 {"LEFTFOLD_KAFKA_PARTITIONS", ""},
                                                 {"LEFTFOLD_KAFKA_REPLICATION", ""},
                                                 {"LEFTFOLD_KAFKA__SECURITY_PROTOCOL", ""}});
  EXPECT_EQ(empty.brokers, "localhost:9092");
  EXPECT_EQ(empty.topic, "GlobalEvents");
  EXPECT_EQ(empty.client_id, "");
  EXPECT_EQ(empty.create, KafkaOptions::Topic::create);
  EXPECT_EQ(empty.partitions, 12);
  EXPECT_EQ(empty.replication, -1);
  EXPECT_TRUE(empty.properties.empty());
}

TEST(KafkaOptions, ComeFromTheEnvironment) {
  const KafkaOptions options = KafkaOptions::from({{"KAFKA_BROKERS", "one:1, two:65535 ,three"},
                                                   {"KAFKA_EVENTS_TOPIC", "shop.Events_v1-a"},
                                                   {"KAFKA_CLIENT_ID", "shop"},
                                                   {"KAFKA_AUTO_CREATE_TOPICS", "false"},
                                                   {"LEFTFOLD_KAFKA_PARTITIONS", "1"},
                                                   {"LEFTFOLD_KAFKA_REPLICATION", "3"},
                                                   {"LEFTFOLD_KAFKA__SECURITY_PROTOCOL", "ssl"},
                                                   {"LEFTFOLD_KAFKA__LINGER_MS", "50"},
                                                   {"LEFTFOLD_KAFKA", "something else"},
                                                   {"LEFTFOLD_KAFKB", "something else"}});
  EXPECT_EQ(options.brokers, "one:1,two:65535,three");
  EXPECT_EQ(options.topic, "shop.Events_v1-a");
  EXPECT_EQ(options.client_id, "shop");
  EXPECT_EQ(options.create, KafkaOptions::Topic::must_exist);
  EXPECT_EQ(options.partitions, 1);
  EXPECT_EQ(options.replication, 3);
  EXPECT_EQ(options.properties,
            (std::map<std::string, std::string>{{"security.protocol", "ssl"}, {"linger.ms", "50"}}));
  EXPECT_EQ(KafkaOptions::from({{"KAFKA_AUTO_CREATE_TOPICS", "true"}}).create, KafkaOptions::Topic::create);
}

TEST(KafkaOptions, TakeWhatIsAtTheLimit) {
  for (const char* brokers : {"h", "h:1", "h:65535", "[::1]", "[::1]:9092", "SASL_SSL://h:9093", "10.0.0.1:9092"}) {
    EXPECT_EQ(KafkaOptions::from({{"KAFKA_BROKERS", brokers}}).brokers, brokers);
  }
  EXPECT_EQ(KafkaOptions::from({{"KAFKA_EVENTS_TOPIC", std::string(249, 't')}}).topic, std::string(249, 't'));
  EXPECT_EQ(KafkaOptions::from({{"LEFTFOLD_KAFKA_PARTITIONS", "100000"}}).partitions, 100'000);
  EXPECT_EQ(KafkaOptions::from({{"LEFTFOLD_KAFKA_REPLICATION", "10000"}}).replication, 10'000);
}

TEST(KafkaOptions, WhatCannotBeIsNamedWithItsValue) {
  const auto refused = [](const std::string& name, const std::string& value) {
    std::string what;
    EXPECT_EQ(code_of([&] { (void)KafkaOptions::from({{name, value}}); }, &what), Errc::invalid_config) << value;
    EXPECT_NE(what.find(name), std::string::npos) << what;
    EXPECT_NE(what.find("\"" + value + "\""), std::string::npos) << what;
  };
  for (const char* value : {",",    "a:9092,", ",a:9092", "a:9092,,b:9092", ":9092",    "a:",      "a:0",  "a:65536",
                            "a:-1", "a:9092x", "a:x",     "a: 9092",        "a b:9092", "[]:9092", "[::1", "[::1]9092",
                            "::1",  "a:1:2",   "SSL://",  "SSL://:9092",    "a/b:9092", " "}) {
    refused("KAFKA_BROKERS", value);
  }
  for (const std::string& value : {std::string{"a b"}, std::string{"ä"}, std::string{"a/b"}, std::string{"."},
                                   std::string{".."}, std::string(250, 't')}) {
    refused("KAFKA_EVENTS_TOPIC", value);
  }
  for (const char* value : {"flase", "TRUE", "1", "yes", " true"}) refused("KAFKA_AUTO_CREATE_TOPICS", value);
  for (const char* value : {"0", "-1", "x", "1x", " 1", "1.5", "100001", "99999999999999999999"}) {
    refused("LEFTFOLD_KAFKA_PARTITIONS", value);
  }
  for (const char* value : {"0", "-1", "x", "10001"}) refused("LEFTFOLD_KAFKA_REPLICATION", value);
  refused("LEFTFOLD_KAFKA__SECURITY_PROTOCOL", "tsl");
  refused("LEFTFOLD_KAFKA__NO_SUCH_THING", "1");
  refused("LEFTFOLD_KAFKA__", "1");
}

TEST(KafkaOptions, APropertyOnWhichAPromiseStandsIsRefused) {
  for (const char* name :
       {"LEFTFOLD_KAFKA__ENABLE_AUTO_OFFSET_STORE", "LEFTFOLD_KAFKA__ENABLE_IDEMPOTENCE",
        "LEFTFOLD_KAFKA__BOOTSTRAP_SERVERS", "LEFTFOLD_KAFKA__GROUP_ID", "LEFTFOLD_KAFKA__ENABLE_GAPLESS_GUARANTEE",
        "LEFTFOLD_KAFKA__MESSAGE_TIMEOUT_MS", "LEFTFOLD_KAFKA__DELIVERY_TIMEOUT_MS", "LEFTFOLD_KAFKA__RETRIES",
        "LEFTFOLD_KAFKA__MESSAGE_SEND_MAX_RETRIES", "LEFTFOLD_KAFKA__QUEUING_STRATEGY"}) {
    std::string what;
    EXPECT_EQ(code_of([&] { (void)KafkaOptions::from({{name, "true"}}); }, &what), Errc::invalid_config);
    EXPECT_NE(what.find(name), std::string::npos) << what;
  }
}

TEST(KafkaOptions, OfAProgramAreCheckedToo) {
  const auto refused = [](auto change, const char* member) {
    KafkaOptions options;
    change(options);
    std::string what;
    EXPECT_EQ(code_of([&] { kafka::check_options(options); }, &what), Errc::invalid_config);
    EXPECT_NE(what.find(member), std::string::npos) << what;
  };
  kafka::check_options({});
  refused([](KafkaOptions& o) { o.brokers = ""; }, "brokers");
  refused([](KafkaOptions& o) { o.topic = ""; }, "topic");
  refused([](KafkaOptions& o) { o.partitions = 0; }, "partitions");
  refused([](KafkaOptions& o) { o.partitions = 100'001; }, "partitions");
  refused([](KafkaOptions& o) { o.replication = 0; }, "replication");
  refused([](KafkaOptions& o) { o.replication = -2; }, "replication");
  refused([](KafkaOptions& o) { o.start_timeout = {}; }, "start_timeout");
}

TEST(KafkaGroup, IsNamedAsTheNodeLibraryDoes) {
  EXPECT_EQ(kafka_group_of({"example-group.HotProducts", SubscriptionKind::gated}), "example-group_HotProducts");
  EXPECT_EQ(kafka_group_of({"example-group.Mailer", SubscriptionKind::shared}), "example-group.Mailer");
  EXPECT_EQ(kafka_group_of({"a.b.C", SubscriptionKind::gated}), "a.b_C");
  EXPECT_EQ(kafka_group_of({"alone", SubscriptionKind::gated}), "alone");
  EXPECT_EQ(kafka_group_of({"a.b", SubscriptionKind::local}), "");
}

}  // namespace
}  // namespace leftfold
