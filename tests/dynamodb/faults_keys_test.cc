// SPDX-License-Identifier: Apache-2.0
// Signatures that the service does not take: by a wrong clock, or with keys that have expired.
#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <functional>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/faults_fixture.h"
#include "support/http_server.h"
#include "support/variables.h"

namespace leftfold::test_dynamodb {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using test_support::Variables;

/// Appends of 8 threads at once, each to an aggregate of its own; what each threw.
std::vector<std::string> append_at_once(DynamoDbStore& store, const std::string& cart) {
  constexpr int kThreads = 8;
  std::latch start{kThreads};
  std::vector<std::string> failures(kThreads);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      try {
        if (!std::holds_alternative<Appended>(store.append(request_of(cart + std::to_string(i), Version::none())))) {
          failures[static_cast<std::size_t>(i)] = "a conflict";
        }
      } catch (const Error& e) {
        failures[static_cast<std::size_t>(i)] = e.what();
      }
    });
  }
  threads.clear();
  return failures;
}

class WrongClocks : public FaultsTest {
 protected:
  WrongClocks() {
    // As DynamoDB: a signature is good for five minutes, and the answer says what time it is.
    proxy.follow([this](const ProxiedCall& call) {
      const Timestamp right = PassingClock::kBegin + std::chrono::floor<milliseconds>(clock.passed());
      if (std::chrono::abs(signed_at(call.http.header("x-amz-date")) - right) < minutes{5}) return fault::none();
      Fault refused = fault::refusal(refused_as);
      refused.headers["Date"] = as_date(right);
      return refused;
    });
  }
  static Timestamp signed_at(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    EXPECT_EQ(std::sscanf(text.c_str(), "%4d%2d%2dT%2d%2d%2dZ", &year, &month, &day, &hour, &minute, &second), 6);
    return std::chrono::sys_days{std::chrono::year{year} / month / day} + std::chrono::hours{hour} + minutes{minute} +
           std::chrono::seconds{second};
  }
  static std::string as_date(Timestamp time) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
  }
  /// How many requests one append takes.
  int requests_of_append() {
    const int before = attempts;
    const std::string id = cart + "-" + std::to_string(++carts);
    EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request_of(id, Version::none()))));
    return attempts - before;
  }

  std::string refused_as = "RequestTimeTooSkewed";
  int carts = 0;
  DynamoDbStore store{options()};
};

TEST_F(WrongClocks, AreCorrectedOnceAndAgainWhenTheyAreSet) {
  EXPECT_EQ(requests_of_append(), 1);
  clock.be_ahead(minutes{10});
  EXPECT_EQ(requests_of_append(), 2);
  EXPECT_EQ(requests_of_append(), 1);
  refused_as = "InvalidSignatureException";
  clock.be_ahead(minutes{-60});
  EXPECT_EQ(requests_of_append(), 2);
  clock.be_ahead(minutes{0});
  EXPECT_EQ(requests_of_append(), 2);
  EXPECT_EQ(requests_of_append(), 1);
}

TEST_F(WrongClocks, OfManyCallsAtOnceAreCorrectedForAll) {
  clock.be_ahead(minutes{10});
  EXPECT_EQ(append_at_once(store, cart), std::vector<std::string>(8));
}

TEST_F(WrongClocks, AreNotToBlameForASignatureOfTheRightTime) {
  proxy.follow([](const ProxiedCall&) {
    Fault refused = fault::refusal("InvalidSignatureException");
    refused.headers["Date"] = as_date(PassingClock::kBegin);
    return refused;
  });
  EXPECT_EQ(code_of(store, request_of(cart, Version::none())), Errc::permission_denied) << text;
  EXPECT_EQ(attempts, 1);
  EXPECT_TRUE(stored().empty());
}

/// Keys as a container gets them: each request for them is answered with the next ones.
class ExpiringKeys : public FaultsTest {
 protected:
  ExpiringKeys() {
    proxy.follow([this](const ProxiedCall& call) {
      const bool old = call.http.header("authorization").find("Credential=KEY" + good_key + "/") == std::string::npos;
      const bool no_token = call.http.header("x-amz-security-token") != "token" + good_key;
      return old || no_token ? fault::refusal("ExpiredTokenException") : fault::none();
    });
  }
  [[nodiscard]] DynamoDbOptions without_keys() {
    DynamoDbOptions all = options();
    all.keys = std::nullopt;
    return all;
  }

  std::string good_key = "1";  // changed between appends
  test_support::HttpServer container{[this](const test_support::HttpReceived&) {
    const std::string number = std::to_string(container.requests().size());
    test_support::HttpReply reply;
    reply.body = R"({"AccessKeyId":"KEY)" + number + R"(","SecretAccessKey":"secret","Token":"token)" + number +
                 R"(","Expiration":"2199-01-01T00:00:00Z"})";
    return reply;
  }};
  const Variables variables{{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url("/keys")},
                             {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ""},
                             {"AWS_CONTAINER_AUTHORIZATION_TOKEN", ""},
                             {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", ""},
                             {"AWS_ACCESS_KEY_ID", ""},
                             {"AWS_SECRET_ACCESS_KEY", ""},
                             {"AWS_SESSION_TOKEN", ""},
                             {"AWS_WEB_IDENTITY_TOKEN_FILE", ""},
                             {"AWS_PROFILE", ""},
                             {"AWS_CONFIG_FILE", "/there/is/no/such/file"},
                             {"AWS_SHARED_CREDENTIALS_FILE", "/there/is/no/such/file"}}};
};

TEST_F(ExpiringKeys, AreRenewedInMidRun) {
  DynamoDbStore store{without_keys()};
  const AppendRequest first = request_of(cart, Version::none());
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(first)));
  EXPECT_EQ(attempts, 1);
  good_key = "2";
  const AppendRequest second = request_of(cart, Version{0}, 2);
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(second)));
  EXPECT_EQ(attempts, 3);
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request_of(cart, Version{2}))));
  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(container.requests().size(), 2U);
  EXPECT_EQ(stored().size(), 4U);
}

TEST_F(ExpiringKeys, AreRenewedOnceForManyCalls) {
  DynamoDbStore store{without_keys()};
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request_of(cart, Version::none()))));
  good_key = "2";
  EXPECT_EQ(append_at_once(store, cart), std::vector<std::string>(8));
  EXPECT_EQ(container.requests().size(), 2U);
}

TEST_F(ExpiringKeys, ThatAreRefusedWhenTheyAreNewAreDenied) {
  DynamoDbStore store{without_keys()};
  good_key = "none";
  EXPECT_EQ(code_of(store, request_of(cart, Version::none())), Errc::permission_denied) << text;
  EXPECT_EQ(attempts, 2);
  EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace leftfold::test_dynamodb
