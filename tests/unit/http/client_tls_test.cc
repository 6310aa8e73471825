// SPDX-License-Identifier: Apache-2.0
// TLS: whom the client trusts, and through which proxy it goes.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "http/client.h"
#include "http/failure.h"
#include "support/certificate_authority.h"
#include "support/http_server.h"
#include "unit/http/sent.h"

namespace leftfold::test_http {
namespace {

using http::Client;
using test_support::CertificateAuthority;
using test_support::HttpReceived;
using test_support::HttpReply;
using test_support::HttpServer;

HttpReply hello(const HttpReceived& received) {
  return {.body = "hello", .fault = received.method == "CONNECT" ? HttpReply::Fault::tunnel : HttpReply::Fault::none};
}

const CertificateAuthority& authority() {
  static const CertificateAuthority made;
  return made;
}

test_support::HttpServerOptions tls() {
  return {.certificate = authority().file("server.pem"), .key = authority().file("server.key")};
}

TEST(HttpTls, TrustsTheAuthorityItIsGiven) {
  HttpServer server{hello, tls()};
  Client client{{.ca_bundle = authority().file("ca.pem")}};
  EXPECT_EQ(client.send(get(server.url("/"))).body, "hello");
  EXPECT_FALSE(client.send(get(server.url("/"))).timings.new_connection);
}

TEST(HttpTls, RefusesAnUnknownAuthority) {
  HttpServer server{hello, tls()};
  Client client;
  expect_error(send(client, post(server.url("/"), "a")), Errc::invalid_config, "AWS_CA_BUNDLE");
  const CertificateAuthority other;
  Client wrong{{.ca_bundle = other.file("ca.pem")}};
  expect_error(send(wrong, post(server.url("/"), "a")), Errc::invalid_config, server.url("/"));
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpTls, RefusesTheCertificateOfAnotherHost) {
  HttpServer server{hello, tls()};
  Client client{{.ca_bundle = authority().file("ca.pem")}};
  expect_error(send(client, get("https://localhost:" + std::to_string(server.port()) + "/")), Errc::invalid_config,
               "localhost");
}

TEST(HttpTls, AnotherHostIsKnownInTheWordsOfEachLibcurl) {
  for (const char* const reason :
       {"SSL: no alternative certificate subject name matches target host name 'a.b'",
        "SSL: certificate subject name 'c.d' does not match target hostname 'a.b'",
        "SSL: no alternative certificate subject name matches target ipv4 address '1.2.3.4'"}) {
    try {
      http::throw_failure(get("https://a.b/"), {.result = CURLE_PEER_FAILED_VERIFICATION, .reason = reason});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_config);
      EXPECT_NE(std::string{error.what()}.find("use the host name that"), std::string::npos) << error.what();
    }
  }
}

TEST(HttpTls, TrustsAnybodyOnlyWhenToldTo) {
  HttpServer server{hello, tls()};
  Client client{{.verify_tls = false}};
  EXPECT_EQ(client.send(get(server.url("/"))).body, "hello");
}

TEST(HttpTls, ABundleThatIsNoneIsNamed) {
  try {
    Client client{{.ca_bundle = "/no/such/bundle.pem"}};
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_config);
    EXPECT_NE(std::string{error.what()}.find("/no/such/bundle.pem"), std::string::npos) << error.what();
  }
  const test_support::TemporaryFolder folder;
  const std::string nonsense = (folder.path() / "nonsense.pem").string();
  std::ofstream{nonsense} << "no certificate";
  HttpServer server{hello, tls()};
  Client client{{.ca_bundle = nonsense}};
  expect_error(send(client, get(server.url("/"))), Errc::invalid_config, nonsense);
}

TEST(HttpProxy, GetsTheWholeAddressOfPlainRequests) {
  HttpServer proxy{hello};
  Client client{{.proxies = {.http = proxy.url()}}};
  EXPECT_EQ(client.send(get("http://some.where:81/x?y=1")).body, "hello");
  EXPECT_EQ(proxy.requests().at(0).target, "http://some.where:81/x?y=1");
  EXPECT_EQ(proxy.requests().at(0).header("host"), "some.where:81");
}

TEST(HttpProxy, CarriesTlsInATunnel) {
  HttpServer proxy{hello};
  HttpServer server{hello, tls()};
  Client client{{.ca_bundle = authority().file("ca.pem"), .proxies = {.https = proxy.url()}}};
  const http::Response response = client.send(post(server.url("/"), "a"));
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(proxy.requests().at(0).method, "CONNECT");
  EXPECT_EQ(server.requests().at(0).body, "a");
}

TEST(HttpProxy, IsPassedByForTheHostsOfNoProxy) {
  HttpServer proxy{hello};
  HttpServer server{hello};
  Client client{{.proxies = {.http = proxy.url(), .no_proxy = "example.org,127.0.0.1"}}};
  EXPECT_TRUE(client.send(get(server.url("/"))).ok());
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(HttpProxy, ThatIsDownOrRefusesIsUnavailable) {
  const std::string down = "http://127.0.0.1:" + std::to_string(test_support::closed_port());
  Client client{{.proxies = {.http = down, .https = down}}};
  expect_error(send(client, post("http://some.where/", "a")), Errc::unavailable, "http://some.where/");
  expect_error(send(client, post("https://some.where/", "a")), Errc::unavailable, "https://some.where/");
  Client unknown{{.proxies = {.http = "http://no-such-proxy.invalid:1"}}};
  expect_error(send(unknown, post("http://some.where/", "a")), Errc::unavailable, "proxy");
  HttpServer refuses{[](const HttpReceived&) { return HttpReply{.status = 407}; }};
  Client forbidden{{.proxies = {.https = refuses.url()}}};
  expect_error(send(forbidden, post("https://some.where/", "a")), Errc::unavailable, "407");
}

}  // namespace
}  // namespace leftfold::test_http
