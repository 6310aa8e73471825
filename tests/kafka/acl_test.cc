// SPDX-License-Identifier: Apache-2.0
// What a broker's ACLs forbid, on a real broker.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/kafka.h>
#include <leftfold/uuid.h>

#include "kafka/service.h"
#include "kafka/tls_service.h"
#include "support/code_of.h"

namespace leftfold::test_kafka {
namespace {

using test_support::code_of;
using On = Grant::On;
using What = Grant::What;

constexpr std::chrono::seconds kLong{60};

class KafkaAcls : public testing::Test {
 protected:
  // A topic on which bob has this right, alice every other, and who comes without a name all.
  void give_bob(What right) {
    const std::string& name = topic.options().topic;
    grant({{On::topic, name, "alice", What::describe}, {On::topic, name, "bob", right}});
    bob.topic = name;
    bob.create = KafkaOptions::Topic::must_exist;
  }
  void expect_denied(const std::string& what, const char* error) const {
    for (const std::string& part : {bob.topic, std::string{error}, std::string{"check the credentials"}}) {
      EXPECT_NE(what.find(part), std::string::npos) << part << "\n in " << what;
    }
  }
  // Takes until an event or an error comes.
  static void take(Subscription& subscription) {
    const Instant deadline = system_clock().instant() + kLong;
    while (subscription.take(10, {}, deadline).events.empty()) {
      ASSERT_LT(system_clock().instant(), deadline);
    }
  }

  TestTopic topic{tls_options("ssl")};
  KafkaOptions bob = login_options("bob");
};

TEST_F(KafkaAcls, WhoMayNotDescribeATopicCannotOpenIt) {
  grant({{On::topic, topic.options().topic, "alice", What::read}});
  bob.topic = topic.options().topic;
  std::string what;
  EXPECT_EQ(code_of([&] { const KafkaBroker broker{bob}; }, &what), Errc::permission_denied);
  expect_denied(what, "TOPIC_AUTHORIZATION_FAILED");
}

TEST_F(KafkaAcls, WhoMayNotWriteIsToldWhenItSends) {
  give_bob(What::read);
  KafkaBroker broker{bob};
  const std::unique_ptr<EventSink> sink = broker.open_sink();
  RecordedEvent event;
  event.aggregate_id = "a";
  event.type = "Happened";
  event.version = Version{0};
  event.id = event.commit_id = Uuid::v7(system_clock().now());
  event.payload = "{}";
  std::string what;
  const Errc code = code_of(
      [&] {
        ASSERT_NE(sink->send(event), 0U);
        (void)sink->receipts({}, system_clock().instant() + kLong);
      },
      &what);
  EXPECT_EQ(code, Errc::permission_denied) << what;
  expect_denied(what, "TOPIC_AUTHORIZATION_FAILED");
}

TEST_F(KafkaAcls, WhoMayNotReadIsToldWhenItTakes) {
  give_bob(What::write);
  KafkaBroker broker{bob};
  SubscriptionOptions options;
  options.name = bob.topic + ".Handler";
  const std::unique_ptr<Subscription> subscription = broker.subscribe(options);
  std::string what;
  EXPECT_EQ(code_of([&] { take(*subscription); }, &what), Errc::permission_denied) << what;
  expect_denied(what, "TOPIC_AUTHORIZATION_FAILED");
}

TEST_F(KafkaAcls, WhoMayNotJoinTheGroupIsToldWhenItTakes) {
  give_bob(What::read);
  SubscriptionOptions options;
  options.name = bob.topic + ".Handler";
  grant({{On::group, kafka_group_of(options), "alice", What::read}});
  KafkaBroker broker{bob};
  const std::unique_ptr<Subscription> subscription = broker.subscribe(options);
  std::string what;
  EXPECT_EQ(code_of([&] { take(*subscription); }, &what), Errc::permission_denied) << what;
  expect_denied(what, "GROUP_AUTHORIZATION_FAILED");
  EXPECT_EQ(code_of([&] { (void)broker.checkpoint(options.name); }, &what), Errc::permission_denied) << what;
}

}  // namespace
}  // namespace leftfold::test_kafka
