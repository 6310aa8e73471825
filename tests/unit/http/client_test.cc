// SPDX-License-Identifier: Apache-2.0
// The client against a server that behaves.
#include "http/client.h"

#include <gtest/gtest.h>

#include <barrier>
#include <string>
#include <thread>
#include <vector>

#include "support/code_of.h"
#include "support/http_server.h"
#include "unit/http/sent.h"

namespace leftfold::test_http {
namespace {

using http::Client;
using http::Request;
using http::Response;
using test_support::HttpReceived;
using test_support::HttpReply;
using test_support::HttpServer;

HttpReply echo(const HttpReceived& received) {
  return {.status = 200, .headers = {{"X-Target", received.target}}, .body = received.method + ' ' + received.body};
}

TEST(HttpClient, SendsAndReceives) {
  HttpServer server{echo};
  Client client;
  Request request = post(server.url("/a/../b%20c?x=1"), "hello");
  request.headers = {{"X-One", "1"}, {"X-Empty", ""}, {"Content-Type", "text/plain"}};
  const Response response = client.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.ok());
  EXPECT_EQ(response.body, "POST hello");
  EXPECT_EQ(response.header("x-target"), "/a/../b%20c?x=1");
  EXPECT_GT(response.timings.total.count(), 0);
  EXPECT_LE(response.timings.first_byte, response.timings.total);
  const HttpReceived received = server.requests().at(0);
  EXPECT_EQ(received.header("x-one"), "1");
  EXPECT_TRUE(received.headers.contains("x-empty"));
  EXPECT_EQ(received.header("content-type"), "text/plain");
  EXPECT_EQ(received.header("content-length"), "5");
  EXPECT_EQ(received.header("host"), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(received.header("user-agent"), "leftfold");
}

TEST(HttpClient, AddsNoHeaderThatWasNotAskedFor) {
  HttpServer server{echo};
  Client client;
  EXPECT_TRUE(client.send(post(server.url(), "x")).ok());
  const HttpReceived received = server.requests().at(0);
  EXPECT_EQ(received.headers.size(), 3U);  // host, user-agent, content-length
}

TEST(HttpClient, EveryMethodArrives) {
  HttpServer server{echo};
  Client client;
  for (const std::string method : {"GET", "PUT", "DELETE", "POST", "GET"}) {
    Request request = get(server.url("/"));
    request.method = method;
    EXPECT_EQ(client.send(request).body, method + ' ');
    request.body = "with a body";
    EXPECT_EQ(client.send(request).body, method + " with a body");
  }
  Request head = get(server.url("/"));
  head.method = "HEAD";
  EXPECT_EQ(client.send(head).body, "");
  EXPECT_EQ(client.send(get(server.url("/"))).body, "GET ");
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, StatusesAreAnswers) {
  HttpServer server{[](const HttpReceived& received) {
    return HttpReply{.status = std::stoi(received.target.substr(1)), .headers = {{"Location", "/200"}}, .body = "no"};
  }};
  Client client;
  for (const int status : {204, 302, 400, 404, 500, 503}) {
    const Response response = client.send(get(server.url("/" + std::to_string(status))));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.ok(), status == 204);
  }
}

TEST(HttpClient, KeepsItsConnection) {
  HttpServer server{echo};
  Client client;
  EXPECT_TRUE(client.send(get(server.url())).timings.new_connection);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(client.send(get(server.url())).timings.new_connection);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, EveryRequestGoesToItsOwnAddress) {  // the handle keeps the last one parsed
  HttpServer one{echo}, other{echo};
  Client client;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(client.send(get(one.url("/a"))).header("x-target"), "/a");
    EXPECT_EQ(client.send(get(one.url("/a"))).header("x-target"), "/a");
    EXPECT_EQ(client.send(get(other.url("/a"))).header("x-target"), "/a");
    EXPECT_EQ(client.send(get(one.url("/b?c"))).header("x-target"), "/b?c");
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(test_support::code_of([&] { (void)client.send(get("http://127.0.0.1:port/")); }),
                Errc::invalid_argument);
    }
  }
  EXPECT_EQ(one.requests().size(), 6U);
  EXPECT_EQ(other.requests().size(), 2U);
}

TEST(HttpClient, KeepsOneConnectionPerRequestAtTheSameTime) {
  constexpr int kWorkers = 4;
  std::barrier all_there{kWorkers};
  HttpServer server{[&](const HttpReceived& received) {
    if (received.target == "/together") all_there.arrive_and_wait();
    return echo(received);
  }};
  Client client;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < kWorkers; ++i) {
      workers.emplace_back([&] {
        for (int n = 0; n < 25; ++n) EXPECT_TRUE(client.send(post(server.url("/together"), "x")).ok());
      });
    }
  }
  EXPECT_EQ(server.connections(), kWorkers);
  for (int n = 0; n < 10; ++n) EXPECT_TRUE(client.send(get(server.url("/"))).ok());
  EXPECT_EQ(server.connections(), kWorkers);
}

TEST(HttpClient, ReadsChunkedBodies) {
  const std::string body(1000, 'c');
  HttpServer server{[&](const HttpReceived&) { return HttpReply{.body = body, .chunked = true}; }};
  Client client;
  EXPECT_EQ(client.send(get(server.url())).body, body);
  EXPECT_FALSE(client.send(get(server.url())).timings.new_connection);
}

TEST(HttpClient, SendsBodiesOverAMegabyteAtOnce) {
  HttpServer server{echo, {.answer_expect = false}};
  Client client;
  const std::string body(4'000'000, 'b');
  const Response response = client.send(post(server.url(), body));
  EXPECT_EQ(response.body.size(), body.size() + 5);
  EXPECT_FALSE(server.requests().at(0).headers.contains("expect"));
}

TEST(HttpClient, ReadsTheAnswerBehindA100Continue) {
  HttpServer server{echo};
  Client client;
  Request request = post(server.url("/"), "body");
  request.headers = {{"Expect", "100-continue"}};
  const Response response = client.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "POST body");
  EXPECT_EQ(response.header("x-target"), "/");
}

TEST(HttpClient, ARequestThatCannotBeSentIsRefused) {
  Client client;
  expect_error(send(client, get("ftp://127.0.0.1/x")), Errc::invalid_argument, "GET ftp://127.0.0.1/x");
  expect_error(send(client, get("nonsense")), Errc::invalid_argument, "nonsense");
  expect_error(send(client, get("http:///path")), Errc::invalid_argument, "host");
  expect_error(send(client, get("http://127.0.0.1:99999/")), Errc::invalid_argument, "127.0.0.1:99999");
  Request request = get("http://127.0.0.1/");
  request.headers = {{"X", "a\r\nInjected: 1"}};
  expect_error(send(client, request), Errc::invalid_argument, "header X");
  request.headers = {{"X Y", "a"}};
  expect_error(send(client, request), Errc::invalid_argument, "\"X Y\"");
  request.headers = {};
  request.method = "GET / HTTP/1.1\r\nX:";
  expect_error(send(client, request), Errc::invalid_argument, "method");
}

}  // namespace
}  // namespace leftfold::test_http
