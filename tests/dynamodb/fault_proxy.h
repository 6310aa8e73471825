// SPDX-License-Identifier: Apache-2.0
// A proxy before a server with DynamoDB's API that does to requests what a script says.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dynamodb/fault.h"
#include "dynamodb/faulty_stream.h"
#include "dynamodb/service.h"
#include "http/client.h"
#include "support/http_server.h"

namespace leftfold::test_dynamodb {

/// A request as a script sees it.
struct ProxiedCall {
  std::string_view operation;  ///< "PutItem"
  int count = 0;               ///< the how manieth of this operation since the script was set, from 1
  const test_support::HttpReceived& http;

  [[nodiscard]] bool is(std::string_view name, int number) const { return operation == name && count == number; }
};

/// Says what becomes of each request. One call at a time, on the proxy's threads; may release(), not follow().
using FaultScript = std::function<Fault(const ProxiedCall&)>;

/// Any thread. The tables of its options are the given ones, which must outlive it.
class FaultProxy {
 public:
  /// With a certificate among `server` it speaks TLS to its clients, and plain HTTP to the service.
  explicit FaultProxy(const TestTables& tables, test_support::HttpServerOptions server = {});

  /// The given tables' options, through the proxy; their store asks nothing when it is opened.
  [[nodiscard]] DynamoDbOptions options() const;

  /// From here on, what this script says; counts begin anew. An empty one lets everything through.
  void follow(FaultScript script);
  /// Hands the held requests to the service, the oldest first; returns how many.
  std::size_t release();

  /// From here on, the events table's stream is one of many shards with these faults; scripts go on as before. Once.
  FaultyStream& shape_stream(const StreamFaults& faults);

  /// Requests of this operation since the script was set.
  [[nodiscard]] int calls(std::string_view operation) const;
  [[nodiscard]] int calls() const;
  /// Connections that clients made, since the proxy began.
  [[nodiscard]] int connections() const { return server_.connections(); }
  /// Requests that met a fault, since the proxy began.
  [[nodiscard]] int faults() const;

 private:
  using Received = test_support::HttpReceived;
  using Reply = test_support::HttpReply;
  [[nodiscard]] Reply answer(const Received& received);
  [[nodiscard]] Fault decide(const Received& received, std::string_view operation);
  [[nodiscard]] Reply forward(const Received& received);
  [[nodiscard]] Reply forward_to_service(const Received& received);
  [[nodiscard]] FaultyStream* shaped() const;
  [[nodiscard]] Reply empty_page(const Received& received);
  [[nodiscard]] Received behind_empty_page(const Received& received);

  const DynamoDbOptions options_;
  http::Client client_;
  std::mutex script_mutex_;  // held while the script runs; taken before mutex_
  FaultScript script_;
  mutable std::mutex mutex_;
  std::map<std::string, int, std::less<>> calls_;
  int faults_ = 0;
  std::vector<Received> held_;
  std::unique_ptr<FaultyStream> stream_;
  std::map<std::string, std::string> behind_;  // bodies of the requests that got an empty page, by its last key
  test_support::HttpServer server_;            // last: its threads use the rest
};

}  // namespace leftfold::test_dynamodb
