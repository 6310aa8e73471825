// SPDX-License-Identifier: Apache-2.0
// Whom clients and brokers trust, on a real broker: certificates, logins, protocols.
#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/kafka.h>
#include <leftfold/memory.h>

// In tests/, so the module's headers are found behind src/.
#include "kafka/certificate_log.h"
#include "kafka/reading.h"
#include "kafka/service.h"
#include "kafka/sink.h"
#include "kafka/tls_service.h"
#include "support/certificate_authority.h"
#include "support/code_of.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::seconds;
using test_support::code_of;

constexpr seconds kLong{60};

struct LetterSent {
  int number = 0;
};
using LetterEvents = Events<LetterSent>;
struct LetterState {
  void apply(const LetterSent&) {}
};
class Letter : public AggregateRoot<LetterState, LetterEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void send(int number) { create_event(LetterSent{number}); }
};

class Notes {
 public:
  void add(int number) {
    const std::scoped_lock lock{mutex_};
    numbers_.push_back(number);
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<int> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    (void)changed_.wait_for(lock, kLong, [&] { return numbers_.size() >= count; });
    return numbers_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> numbers_;
};

struct Note : Listener<LetterEvents> {
  explicit Note(Notes& n) : notes{n} {}
  void on(const LetterSent& e) const { notes.add(e.number); }
  Notes& notes;
};

// Letters 1 to 3, of one aggregate.
void publish(const KafkaOptions& options) {
  MemoryStore store;
  Repository<Letter> letters{store};
  for (const int number : {1, 2, 3}) letters.execute("l", [&](Letter& letter) { letter.send(number); });
  KafkaBroker broker{options};
  const auto sink = broker.open_sink();
  for (const RecordedEvent& event : store.read_all(Position::start(), 3)) ASSERT_NE(sink->send(event), 0U);
  for (const SinkReceipt& receipt : sink->close(system_clock().instant() + kLong)) {
    ASSERT_TRUE(receipt.acknowledged) << receipt.why;
  }
}

// As a service does: an App that gets all of it from its environment.
void expect_handled(const KafkaOptions& options) {
  Settings::Environment variables{{"LEFTFOLD_STORE", "memory:"},        {"LEFTFOLD_BROKER", "kafka:"},
                                  {"LEFTFOLD_LOG_LEVEL", "off"},        {"LEFTFOLD_CONFIG", ""},
                                  {"KAFKA_GROUP_ID", options.topic},    {"KAFKA_BROKERS", options.brokers},
                                  {"KAFKA_EVENTS_TOPIC", options.topic}};
  for (const auto& [property, value] : options.properties) {
    std::string variable = "LEFTFOLD_KAFKA__";
    for (const char c : property) variable += c == '.' ? '_' : static_cast<char>(std::toupper(c));
    variables[variable] = value;
  }
  Notes notes;
  App app{"post", variables};
  app.listener<Note>(notes);
  const Running running = app.start();
  EXPECT_EQ(notes.wait_for(3), (std::vector{1, 2, 3}));
}

// Opening it fails with this code, a text with all of `parts`, and long before start_timeout.
void expect_refused(const KafkaOptions& options, Errc code, const std::vector<std::string>& parts) {
  std::string what;
  const Instant begin = system_clock().instant();
  EXPECT_EQ(to_string(code_of([&] { const KafkaBroker broker{options}; }, &what)), to_string(code)) << what;
  EXPECT_LT(system_clock().instant() - begin, options.start_timeout / 2);
  for (const std::string& part : parts) EXPECT_NE(what.find(part), std::string::npos) << part << "\n in " << what;
  EXPECT_NE(what.find(options.brokers), std::string::npos) << what;
}

// Nothing says for sure that it stays like that, so it is asked until start_timeout is over.
void expect_other_protocol(KafkaOptions options) {
  options.start_timeout = seconds{3};
  std::string what;
  EXPECT_EQ(code_of([&] { const KafkaBroker broker{options}; }, &what), Errc::unavailable);
  for (const std::string& part : {options.brokers, std::string{"check security.protocol"}}) {
    EXPECT_NE(what.find(part), std::string::npos) << part << "\n in " << what;
  }
}

TEST(KafkaTls, CarriesEventsToARunner) {
  TestTopic topic{tls_options("ssl")};
  ASSERT_NO_FATAL_FAILURE(publish(topic.options()));
  expect_handled(topic.options());
}

TEST(KafkaTls, CarriesEventsOfOneWhoLogsIn) {
  TestTopic topic{login_options("alice")};
  ASSERT_NO_FATAL_FAILURE(publish(topic.options()));
  expect_handled(topic.options());
}

TEST(KafkaTls, CarriesEventsOfOneWithACertificate) {
  KafkaOptions options = tls_options("mtls");
  options.properties["ssl.certificate.location"] = tls_file("client.pem");
  options.properties["ssl.key.location"] = tls_file("client.key");
  TestTopic topic{options};
  ASSERT_NO_FATAL_FAILURE(publish(topic.options()));
  expect_handled(topic.options());
}

TEST(KafkaTls, ABrokerOfAnotherAuthorityIsRefused) {
  const test_support::CertificateAuthority other;
  KafkaOptions options = tls_options("ssl");
  options.properties["ssl.ca.location"] = other.file("ca.pem");
  expect_refused(options, Errc::invalid_config, {"the certificate of broker", "is not accepted", "ssl.ca.location"});
  options.properties.erase("ssl.ca.location");  // the system's
  expect_refused(options, Errc::invalid_config, {"the certificate of broker", "is not accepted", "ssl.ca.location"});
}

TEST(KafkaTls, ABrokerWithTheCertificateOfAnotherHostIsRefused) {
  KafkaOptions options = tls_options("elsewhere");
  expect_refused(options, Errc::invalid_config, {"mismatch", "made for another host", "KAFKA_BROKERS"});
  options.brokers.replace(0, options.brokers.find(':'), "localhost");
  expect_refused(options, Errc::invalid_config, {"ostname mismatch", "made for another host"});
  for (const auto& [property, value] : {std::pair{"ssl.endpoint.identification.algorithm", "none"},
                                        std::pair{"enable.ssl.certificate.verification", "false"}}) {
    KafkaOptions careless = tls_options("elsewhere");
    careless.properties[property] = value;
    const TestTopic topic{careless};  // throws nothing
  }
}

TEST(KafkaTls, OneBrokerThatIsTrustedIsEnoughToBeginWith) {
  KafkaOptions options = tls_options("elsewhere");
  options.brokers += "," + tls_options("ssl").brokers;
  const TestTopic topic{options};
}

TEST(KafkaTls, ThePasswordMustBeRight) {
  expect_refused(login_options("alice", "wrong"), Errc::permission_denied,
                 {"Invalid username or password", "sasl.password"});
  expect_refused(login_options("nobody"), Errc::permission_denied, {"sasl.username"});
  KafkaOptions other = login_options("alice");
  other.properties["sasl.mechanisms"] = "SCRAM-SHA-512";
  expect_refused(other, Errc::permission_denied, {"broker's supported mechanisms: PLAIN"});
}

TEST(KafkaTls, ABrokerThatAsksForACertificateNamesWhatIsMissing) {
  expect_refused(tls_options("mtls"), Errc::permission_denied, {"ssl.certificate.location"});
  const test_support::CertificateAuthority other;
  other.sign("client", "DNS:client.example");
  KafkaOptions options = tls_options("mtls");
  options.properties["ssl.certificate.location"] = other.file("client.pem");
  options.properties["ssl.key.location"] = other.file("client.key");
  expect_refused(options, Errc::permission_denied, {"ssl.certificate.location"});
}

// As for a process that runs when the broker begins to refuse it: these are opened without a question.
TEST(KafkaTls, WhoIsRefusedWhileItRunsIsToldSo) {
  const KafkaOptions options = tls_options("mtls");  // without a certificate
  SubscriptionOptions subscription;
  subscription.name = options.topic + ".Note";
  const auto reads = kafka::open_subscription(options, 1, subscription);
  std::string what;
  EXPECT_EQ(code_of([&] { (void)reads->take(1, {}, system_clock().instant() + kLong); }, &what),
            Errc::permission_denied)
      << what;
  EXPECT_NE(what.find("ssl.certificate.location"), std::string::npos) << what;
  const auto writes = kafka::open_sink(options);
  EXPECT_EQ(code_of([&] { (void)writes->receipts({}, system_clock().instant() + kLong); }, &what),
            Errc::permission_denied)
      << what;
}

TEST(KafkaTls, ABrokerThatIsNoLongerTrustedIsLoggedAndAskedAgain) {
  KafkaOptions options = tls_options("elsewhere");
  kafka::CertificateLog log{no_log()};
  options.log = &log;
  SubscriptionOptions subscription;
  subscription.name = options.topic + ".Note";
  const auto reads = kafka::open_subscription(options, 1, subscription);
  const Instant deadline = system_clock().instant() + kLong;
  while (log.refused().empty() && system_clock().instant() < deadline) {
    const Taken taken = reads->take(1, {}, system_clock().instant() + std::chrono::milliseconds{200});
    ASSERT_TRUE(taken.events.empty());
  }
  ASSERT_EQ(log.refused().size(), 1U);
  EXPECT_NE(log.refused().begin()->find("is not accepted"), std::string::npos) << *log.refused().begin();
}

TEST(KafkaTls, PortsOfAnotherProtocolAreNamed) {
  KafkaOptions plain = tls_options("plain");
  plain.brokers = tls_options("ssl").brokers;
  expect_other_protocol(plain);
  KafkaOptions tls = tls_options("ssl");
  tls.brokers = tls_options("plain").brokers;
  expect_other_protocol(tls);
  KafkaOptions without_login = tls_options("ssl");
  without_login.brokers = tls_options("sasl_ssl").brokers;
  expect_other_protocol(without_login);
}

TEST(KafkaTls, FilesThatCannotBeUsedAreNamed) {
  KafkaOptions options = tls_options("ssl");
  options.properties["ssl.ca.location"] = "/no/such/file.pem";
  expect_refused(options, Errc::invalid_config, {"ssl.ca.location"});
  options.properties["ssl.ca.location"] = tls_file("listeners");
  expect_refused(options, Errc::invalid_config, {"ssl.ca.location", "no certificate"});
}

}  // namespace
}  // namespace leftfold::test_kafka
