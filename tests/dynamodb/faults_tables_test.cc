// SPDX-License-Identifier: Apache-2.0
// What is asked of DynamoDB when tables are created, and what may go wrong then.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/faults_fixture.h"

namespace leftfold::test_dynamodb {
namespace {

/// Tables that the store creates in the test, protected or not, and that end with it.
class CreatedTables : public FaultsTest {
 public:
  CreatedTables(const CreatedTables&) = delete;
  CreatedTables& operator=(const CreatedTables&) = delete;

 protected:
  CreatedTables() {
    wanted.tables = DynamoDbOptions::Tables::create;
    wanted.events_table = service_options().events_table;
    wanted.second_table = wanted.events_table + "-second";
    proxy.follow([this](const ProxiedCall& call) {
      if (call.operation == "CreateTable") created.push_back(call.http.body);
      if (call.operation != "UpdateContinuousBackups") return fault::none();
      recovery.push_back(call.http.body);  // which dynoxide does not know
      // Right after the creation of a table, DynamoDB is not ready for it: github.com/aws-amplify/amplify-backend/
      // issues/1654, github.com/scalar-labs/scalardb/pull/347.
      return recovery.size() <= unready ? fault::refusal("ContinuousBackupsUnavailableException")
                                        : fault::answers("{}");
    });
  }
  ~CreatedTables() override {
    for (const std::string& table : {wanted.events_table, wanted.second_table}) {
      if (!client.describe_table(table)) continue;
      (void)raw("UpdateTable", R"({"TableName":")" + table + R"(","DeletionProtectionEnabled":false})");
      client.delete_table(table);
    }
  }

  /// The service's answer, past the proxy.
  [[nodiscard]] std::string raw(std::string_view operation, const std::string& body) {
    return transport->send(operation, body, system_clock().now(), {}).response.body;
  }
  [[nodiscard]] bool is_protected(const std::string& table) {
    const std::string answer = raw("DescribeTable", R"({"TableName":")" + table + "\"}");
    return answer.find(R"("DeletionProtectionEnabled":true)") != std::string::npos;
  }

  DynamoDbOptions wanted = options();
  std::vector<std::string> created;   // bodies of CreateTable
  std::vector<std::string> recovery;  // and of UpdateContinuousBackups
  std::size_t unready = 0;            // how many of these are refused
  std::unique_ptr<dynamodb::Transport> transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, {}};
};

TEST_F(CreatedTables, AreProtectedWhenTheOptionsSaySo) {
  wanted.deletion_protection = true;
  const DynamoDbStore store{wanted};
  EXPECT_EQ(created.size(), 2U);
  EXPECT_TRUE(is_protected(wanted.events_table));
  EXPECT_TRUE(is_protected(wanted.second_table));
  EXPECT_THROW(client.delete_table(wanted.events_table), Error);
  EXPECT_TRUE(recovery.empty());
}

TEST_F(CreatedTables, AreNotProtectedWhenTheyDoNot) {
  const DynamoDbStore store{wanted};
  EXPECT_EQ(created.size(), 2U);
  EXPECT_FALSE(is_protected(wanted.events_table));
  EXPECT_TRUE(recovery.empty());
}

TEST_F(CreatedTables, GetPointInTimeRecovery) {
  wanted.point_in_time_recovery = true;
  const DynamoDbStore store{wanted};
  const auto request = [](const std::string& table) {
    return R"({"TableName":")" + table + R"(","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}})";
  };
  EXPECT_EQ(recovery, (std::vector{request(wanted.events_table), request(wanted.second_table)}));
  recovery.clear();
  const DynamoDbStore again{wanted};  // which finds its tables, as somebody may have set them since
  EXPECT_TRUE(recovery.empty());
}

TEST_F(CreatedTables, GetPointInTimeRecoveryOnceDynamoDbIsReady) {
  wanted.point_in_time_recovery = true;
  unready = 3;
  const DynamoDbStore store{wanted};
  EXPECT_EQ(recovery.size(), 3U + 2U);
  EXPECT_EQ(recovery[0], recovery[3]);
}

TEST_F(CreatedTables, WithoutPointInTimeRecoveryForMinutesAreAnError) {
  wanted.point_in_time_recovery = true;
  unready = std::size_t{1} << 30U;
  try {
    const DynamoDbStore store{wanted};
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::unavailable);
    EXPECT_NE(std::string{e.what()}.find("point-in-time recovery"), std::string::npos) << e.what();
  }
  EXPECT_GE(clock.passed(), std::chrono::minutes{5});
}

TEST_F(CreatedTables, WhoseCreationGetsNoAnswerAreFound) {
  proxy.follow(
      [](const ProxiedCall& call) { return call.is("CreateTable", 1) ? fault::reset_after() : fault::none(); });
  DynamoDbStore store{wanted};
  EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request_of(cart, Version::none(), 2, "key"))));
}

}  // namespace
}  // namespace leftfold::test_dynamodb
