// SPDX-License-Identifier: Apache-2.0
// DynamoDbStore over TLS: through a proxy that has a certificate, before a server with DynamoDB's API.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/testing/event_store_suite.h>

#include "dynamodb/append_requests.h"
#include "dynamodb/fault_proxy.h"
#include "dynamodb/service.h"
#include "dynamodb/suite_options.h"
#include "support/certificate_authority.h"
#include "support/code_of.h"
#include "support/suite_gtest.h"
#include "support/temporary_folder.h"
#include "support/variables.h"

namespace leftfold::test_dynamodb {
namespace {

using test_support::CertificateAuthority;
using test_support::code_of;
using test_support::HttpServerOptions;
using test_support::Variables;

const CertificateAuthority& authority() {
  static const CertificateAuthority made;
  return made;
}

HttpServerOptions certificate(const std::string& name, const CertificateAuthority& of = authority()) {
  return {.certificate = of.file(name + ".pem"), .key = of.file(name + ".key")};
}

// What all tests trust, save where they say something else.
class Trust : public ::testing::Environment {
 public:
  void SetUp() override {
    variables_.emplace(std::map<std::string, std::string>{{"AWS_CA_BUNDLE", authority().file("ca.pem")}});
  }
  void TearDown() override { variables_.reset(); }

 private:
  std::optional<Variables> variables_;
};
const ::testing::Environment* const kTrust = ::testing::AddGlobalTestEnvironment(new Trust);  // gtest's

// A store that keeps its tables and the way to them: a case may drop the function that made it first.
struct StoreOverTls {
  std::shared_ptr<TestTables> tables;
  std::shared_ptr<FaultProxy> proxy;
  DynamoDbStore store;
};

testing::MakeEventStore make_over_tls() {
  return [](Clock& clock) {
    const auto tables = std::make_shared<TestTables>();
    const auto proxy = std::make_shared<FaultProxy>(*tables, certificate("server"));
    return [tables, proxy, &clock]() -> std::shared_ptr<EventStore> {
      DynamoDbOptions options = proxy->options();
      options.clock = &clock;
      const std::shared_ptr<StoreOverTls> opened{new StoreOverTls{tables, proxy, DynamoDbStore{options}}};
      return {opened, &opened->store};
    };
  };
}

const bool kEvents =
    test_support::register_suite("DynamoDbStoreOverTls", testing::event_store_suite(make_over_tls(), what_it_can()));

void append(DynamoDbStore& store, const std::string& id, int events) {
  for (int i = 0; i < events; ++i) {
    ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request_of(id, Version{i - 1}))));
  }
}

// Opens a store that asks for its tables: the code of its error, which names the endpoint and all of `parts`, and comes
// with the first attempt.
void expect_refused(DynamoDbOptions options, Errc code, const std::vector<std::string>& parts) {
  options.tables = DynamoDbOptions::Tables::must_exist;
  int attempts = 0;
  options.on_call = [&](const DynamoDbCall& call) { attempts += call.attempts; };
  std::string what;
  EXPECT_EQ(to_string(code_of([&] { const DynamoDbStore store{options}; }, &what)), to_string(code)) << what;
  if (code == Errc::invalid_config) {
    EXPECT_EQ(attempts, 1);
  }
  EXPECT_NE(what.find(options.endpoint_url), std::string::npos) << what;
  for (const std::string& part : parts) EXPECT_NE(what.find(part), std::string::npos) << part << "\n in " << what;
}

class DynamoDbTls : public ::testing::Test {
 protected:
  [[nodiscard]] DynamoDbOptions behind(HttpServerOptions server) {
    proxy.emplace(tables, std::move(server));
    return proxy->options();
  }

  const TestTables tables;
  std::optional<FaultProxy> proxy;
};

TEST_F(DynamoDbTls, OneConnectionCarriesEverythingThatOneThreadDoes) {
  DynamoDbStore store{behind(certificate("server"))};
  append(store, "a", 10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(store.read_stream("a", Version{0}, 100).size(), 10U);
  EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request_of("b", Version::none(), 3))));
  EXPECT_GE(proxy->calls(), 21);
  EXPECT_EQ(proxy->connections(), 1);
}

TEST_F(DynamoDbTls, AsManyConnectionsAsThreadsAtOnceAndNoMore) {
  constexpr int kThreads = 4;
  DynamoDbStore store{behind(certificate("server"))};
  for (int round = 0; round < 3; ++round) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back(
          [&, id = std::to_string(round) + "-" + std::to_string(i)] { ASSERT_NO_FATAL_FAILURE(append(store, id, 5)); });
    }
  }
  EXPECT_LE(proxy->connections(), kThreads);
}

TEST_F(DynamoDbTls, TheStreamComesOverItToo) {
  DynamoDbStore store{behind(certificate("server"))};
  append(store, "a", 1);
  ChangeStream& changes = *store.published().changes;
  const ShardList list = changes.shards();
  ASSERT_FALSE(list.shards.empty());
  const auto reader = changes.open(list.stream, list.shards[0].id, {});
  std::size_t events = 0;
  for (int i = 0; i < 20 && events == 0; ++i) events = reader->read(100).events.size();
  EXPECT_EQ(events, 1U);
  EXPECT_GE(proxy->calls("GetRecords"), 1);
  EXPECT_EQ(proxy->connections(), 2);  // streams have an endpoint of their own
}

TEST_F(DynamoDbTls, TheStreamsEndpointMustBeTrustedToo) {
  const CertificateAuthority other;
  FaultProxy untrusted{tables, certificate("server", other)};
  DynamoDbOptions options = behind(certificate("server"));
  options.streams_endpoint_url = untrusted.options().endpoint_url;
  DynamoDbStore store{options};
  std::string what;
  EXPECT_EQ(code_of([&] { (void)store.published().changes->shards(); }, &what), Errc::invalid_config) << what;
  EXPECT_NE(what.find(options.streams_endpoint_url), std::string::npos) << what;
  EXPECT_NE(what.find("AWS_CA_BUNDLE"), std::string::npos) << what;
}

TEST_F(DynamoDbTls, TheProfileMayNameTheAuthority) {
  const test_support::TemporaryFolder folder;
  const std::string file = (folder.path() / "config").string();
  std::ofstream{file} << "[profile own]\nca_bundle = " << authority().file("ca.pem") << '\n';
  const Variables variables{{{"AWS_CA_BUNDLE", ""}, {"AWS_CONFIG_FILE", file}}};
  DynamoDbOptions options = behind(certificate("server"));
  expect_refused(options, Errc::invalid_config, {"AWS_CA_BUNDLE"});
  options.profile = "own";
  DynamoDbStore store{options};
  append(store, "a", 2);
}

TEST_F(DynamoDbTls, AnUnknownAuthorityIsRefused) {
  const CertificateAuthority other;
  expect_refused(behind(certificate("server", other)), Errc::invalid_config,
                 {"unable to get local issuer certificate", "AWS_CA_BUNDLE"});
  EXPECT_EQ(proxy->calls(), 0);
}

TEST_F(DynamoDbTls, ASelfSignedCertificateIsRefused) {
  const CertificateAuthority other;
  expect_refused(behind(certificate("ca", other)), Errc::invalid_config, {"self-signed", "AWS_CA_BUNDLE"});
}

TEST_F(DynamoDbTls, AnExpiredCertificateIsRefused) {
  authority().sign("expired", "IP:127.0.0.1", -1);
  expect_refused(behind(certificate("expired")), Errc::invalid_config, {"has expired", "renewed"});
}

TEST_F(DynamoDbTls, TheCertificateOfAnotherHostIsRefused) {
  authority().sign("elsewhere", "DNS:elsewhere.example");
  expect_refused(behind(certificate("elsewhere")), Errc::invalid_config, {"'127.0.0.1'", "made for"});
}

TEST_F(DynamoDbTls, ABundleThatIsNoneIsRefused) {
  const Variables variables{{{"AWS_CA_BUNDLE", "/no/such/bundle.pem"}}};
  const DynamoDbOptions options = behind(certificate("server"));
  std::string what;
  EXPECT_EQ(code_of([&] { const DynamoDbStore store{options}; }, &what), Errc::invalid_config);
  EXPECT_NE(what.find("/no/such/bundle.pem"), std::string::npos) << what;
}

TEST_F(DynamoDbTls, APortWithoutTlsIsNamed) {
  DynamoDbOptions options = tables.options();
  options.endpoint_url.replace(0, 4, "https");
  expect_refused(options, Errc::invalid_config, {"the port speaks no TLS", "http://"});
}

TEST_F(DynamoDbTls, APortWithTlsIsNamed) {
  DynamoDbOptions options = behind(certificate("server"));
  options.endpoint_url.replace(0, 5, "http");
  expect_refused(options, Errc::unavailable, {"if the port speaks TLS, write https://"});
}

}  // namespace
}  // namespace leftfold::test_dynamodb
