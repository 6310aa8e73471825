// SPDX-License-Identifier: Apache-2.0
// What an append makes of DynamoDB's answers.
#include "dynamodb/appender.h"

#include <gtest/gtest.h>

#include <string>

#include "dynamodb/client.h"
#include "dynamodb/known_heads.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

TEST(Appender, NamesTheAggregateOfWhatDynamoDbRefuses) {
  test_support::PassingClock clock;
  test_dynamodb::FakeTransport server;
  ClientOptions options;
  options.clock = &clock;
  Client client{server, options};
  KnownHeads known;
  Appender appender{{client, known, "t"}, "t2"};
  server.refuses(400, "ValidationException", R"(,"message":"that is odd")");
  try {
    (void)appender.append({"cart-7", Version::none(), {{Uuid::v7(clock.now()), "Happened", "{}", "", 1}}, ""});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    const std::string what = error.what();
    EXPECT_NE(what.find("aggregate \"cart-7\""), std::string::npos) << what;
    EXPECT_NE(what.find("that is odd"), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace leftfold::dynamodb
