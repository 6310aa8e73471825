// SPDX-License-Identifier: Apache-2.0
// Every fault of a connection is an Error whose code says whether the request may have been processed.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "http/client.h"
#include "support/http_server.h"
#include "unit/http/sent.h"

namespace leftfold::test_http {
namespace {

using namespace std::chrono_literals;
using http::Client;
using http::Request;
using test_support::HttpReceived;
using test_support::HttpReply;
using test_support::HttpServer;
using Fault = HttpReply::Fault;

// The first request of a connection is answered, the second meets `fault`.
HttpServer::Answer second_meets(Fault fault) {
  return [fault](const HttpReceived& received) {
    return HttpReply{.body = "0123456789", .fault = received.on_connection == 1 ? Fault::none : fault};
  };
}

HttpServer::Answer always(Fault fault) {
  return [fault](const HttpReceived&) { return HttpReply{.body = "0123456789", .fault = fault}; };
}

TEST(HttpFaults, NobodyListens) {
  Client client;
  const std::string url = "http://127.0.0.1:" + std::to_string(test_support::closed_port()) + "/x";
  const Sent sent = send(client, post(url, "a"));
  expect_error(sent, Errc::unavailable, "POST " + url);
}

TEST(HttpFaults, TheNameIsUnknown) {
  Client client;
  expect_error(send(client, post("http://no-such-host.invalid/", "a")), Errc::unavailable, "no-such-host.invalid");
}

TEST(HttpFaults, ResetsBeforeTheAnswerLeaveTheOutcomeOpen) {
  for (const Fault fault : {Fault::reset, Fault::close}) {
    HttpServer server{always(fault)};
    Client client;
    expect_error(send(client, post(server.url("/"), "a")), Errc::in_doubt, "POST " + server.url("/"));
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(HttpFaults, AKeptConnectionThatEndsWithoutAnAnswerIsNotTriedAgain) {
  for (const Fault fault : {Fault::reset, Fault::close}) {
    HttpServer server{second_meets(fault)};
    Client client;
    ASSERT_TRUE(client.send(post(server.url("/"), "a")).ok());
    expect_error(send(client, post(server.url("/"), "b")), Errc::in_doubt, "may have been processed");
    EXPECT_EQ(server.requests().size(), 2U);
    EXPECT_TRUE(client.send(post(server.url("/"), "c")).ok());  // the client is sound
    EXPECT_EQ(server.requests().back().body, "c");
  }
}

TEST(HttpFaults, AKeptConnectionThatTheServerClosedIsReplaced) {
  HttpServer server{always(Fault::close_after)};
  Client client;
  for (int i = 0; i < 5; ++i) {
    const Sent sent = send(client, post(server.url("/"), "a"));
    // The end of the connection may arrive before or after the next request leaves; then it is open, never lost
    // silently.
    if (!sent.response) expect_error(sent, Errc::in_doubt, server.url("/"));
  }
  EXPECT_GE(server.connections(), 2);
}

TEST(HttpFaults, AnAnswerThatBreaksOffLeavesTheOutcomeOpen) {
  HttpServer server{always(Fault::half)};
  Client client;
  expect_error(send(client, post(server.url("/"), "a")), Errc::in_doubt, server.url("/"));
}

TEST(HttpFaults, NoAnswerInTimeLeavesTheOutcomeOpen) {
  HttpServer server{always(Fault::stall)};
  // On a busy machine the time may be over before the request has left; then a longer one is tried.
  const auto expect_in_doubt = [&](const auto& send_within) {
    Sent sent = send_within(20ms);
    for (auto time = 40ms; sent.code == Errc::unavailable && time < 30s; time *= 2) sent = send_within(time);
    expect_error(sent, Errc::in_doubt, "timed out");
  };
  expect_in_doubt([&](std::chrono::milliseconds time) {
    Client client{{.total_timeout = time}};
    return send(client, post(server.url("/"), "a"));
  });
  Client patient;
  expect_in_doubt([&](std::chrono::milliseconds time) {
    auto request = post(server.url("/"), "a");
    request.timeout = time;
    return send(patient, request);
  });
}

TEST(HttpFaults, ARequestWithoutATimeoutOutlastsTheClients) {
  HttpServer server{[](const HttpReceived&) {
    std::this_thread::sleep_for(100ms);  // the time itself is what is tested: it must not end the request
    return HttpReply{.body = "late"};
  }};
  Client client{{.total_timeout = 20ms}};
  Request request = get(server.url());
  request.timeout = http::kNoTimeout;
  const Sent sent = send(client, request);
  ASSERT_TRUE(sent.response) << sent.text;
  EXPECT_EQ(sent.response->body, "late");
}

TEST(HttpFaults, ABodyThatDidNotLeaveCompletelyWasNotProcessed) {
  HttpServer server{always(Fault::none), {.reset_after_bytes = 1, .receive_buffer = 4096}};
  Client client;
  expect_error(send(client, post(server.url("/"), std::string(32'000'000, 'x'))), Errc::unavailable,
               "not leave completely");
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpFaults, ATooBigAnswerIsAnErrorOfItsOwn) {
  HttpServer server{[](const HttpReceived&) { return HttpReply{.body = std::string(5000, 'x'), .chunked = true}; }};
  Client client{{.max_response_bytes = 4999}};
  expect_error(send(client, post(server.url("/"), "a")), Errc::in_doubt, "bigger than 4999 bytes");
  Client enough{{.max_response_bytes = 5000}};
  EXPECT_EQ(enough.send(post(server.url("/"), "a")).body.size(), 5000U);
}

TEST(HttpFaults, AStopEndsTheWaitForAnAnswer) {
  HttpServer server{always(Fault::stall)};
  Client client;
  std::stop_source stop;
  const std::jthread stopper{[&] {
    server.wait_for_requests(1);
    stop.request_stop();
  }};
  expect_error(send(client, post(server.url("/"), "a"), stop.get_token()), Errc::in_doubt, "a stop was requested");
}

TEST(HttpFaults, AStopBeforeTheRequestSendsNothing) {
  HttpServer server{always(Fault::none)};
  Client client;
  std::stop_source stop;
  stop.request_stop();
  expect_error(send(client, post(server.url("/"), "a"), stop.get_token()), Errc::stopped, "nothing was processed");
  EXPECT_EQ(server.connections(), 0);
  EXPECT_TRUE(client.send(post(server.url("/"), "a")).ok());
}

TEST(HttpFaults, WhatIsNotHttpIsAnError) {
  HttpServer server{always(Fault::none)};
  Client client;
  // A TLS client's hello is no HTTP request, so the server never answers: the wait ends by the connect timeout.
  Client impatient{{.connect_timeout = 50ms}};
  expect_error(send(impatient, get("https://127.0.0.1:" + std::to_string(server.port()) + "/")), Errc::unavailable,
               "https");
}

}  // namespace
}  // namespace leftfold::test_http
