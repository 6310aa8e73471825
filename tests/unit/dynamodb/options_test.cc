// SPDX-License-Identifier: Apache-2.0
// Settings from the environment.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

namespace leftfold {
namespace {

using Environment = std::map<std::string, std::string>;

TEST(DynamoDbOptions, AreTheNodeLibraryS) {
  EXPECT_EQ(DynamoDbOptions::from({}).events_table, "v1EventStore");
  EXPECT_EQ(DynamoDbOptions::from({{"DYNAMODB_PREFIX", "shop-"}, {"EVENTSTORE_TABLE_NAME", "Events"}}).events_table,
            "shop-Events");
  EXPECT_EQ(DynamoDbOptions::from({{"DYNAMODB_PREFIX", ""}}).events_table, "v1EventStore");
}

TEST(DynamoDbOptions, ALocalServerNeedsNoKeys) {
  const DynamoDbOptions local = DynamoDbOptions::from({{"DYNAMODB_LOCAL", "true"}});
  EXPECT_EQ(local.endpoint_url, "http://localhost:8000");
  EXPECT_TRUE(local.keys.has_value());
  EXPECT_FALSE(local.region.empty());
  const Environment other = {{"DYNAMODB_LOCAL", "true"},
                             {"DYNAMODB_URL", "http://127.0.0.1:4566"},
                             {"AWS_ACCESS_KEY_ID", "mine"},
                             {"AWS_REGION", "eu-west-1"}};
  EXPECT_EQ(DynamoDbOptions::from(other).endpoint_url, "http://127.0.0.1:4566");
  EXPECT_EQ(DynamoDbOptions::from(other).keys->access_key_id, "mine");
  EXPECT_EQ(DynamoDbOptions::from(other).region, "eu-west-1");
}

TEST(DynamoDbOptions, TheUrlCountsOnlyWithALocalServer) {
  const DynamoDbOptions options = DynamoDbOptions::from({{"DYNAMODB_URL", "http://127.0.0.1:4566"}});
  EXPECT_EQ(options.endpoint_url, "");
  EXPECT_FALSE(options.keys.has_value());
}

TEST(DynamoDbOptions, WhatCannotBeIsNamed) {
  const auto refused = [](const Environment& environment, const char* name) {
    try {
      (void)DynamoDbOptions::from(environment);
      ADD_FAILURE() << name;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Errc::invalid_config);
      EXPECT_NE(std::string{e.what()}.find(name), std::string::npos) << e.what();
    }
  };
  refused({{"AWS_MAX_ATTEMPTS", "0"}}, "AWS_MAX_ATTEMPTS");
  refused({{"AWS_MAX_ATTEMPTS", "4x"}}, "AWS_MAX_ATTEMPTS");
  refused({{"DYNAMODB_LOCAL", "yes"}}, "DYNAMODB_LOCAL");
  refused({{"DYNAMODB_PREFIX", "a b"}}, "DYNAMODB_PREFIX");
  EXPECT_EQ(DynamoDbOptions::from({{"AWS_MAX_ATTEMPTS", "7"}}).max_attempts, 7);
}

}  // namespace
}  // namespace leftfold
