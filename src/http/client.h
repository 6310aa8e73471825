// SPDX-License-Identifier: Apache-2.0
// The HTTP client: blocking, connections kept.
#pragma once

#include <memory>
#include <stop_token>

#include "http/client_options.h"
#include "http/request.h"
#include "http/response.h"

namespace leftfold::inline v0::http {

class HandlePool;

/// Sends requests over HTTP/1.1. Keeps a connection per request running at the same time and uses it again, the last
/// one used first. Redirects are not followed, nothing is retried. Any thread, any number at once. Must outlive its
/// running requests.
class Client {
 public:
  /// Throws Error(invalid_config) for a CA bundle that cannot be read.
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Returns the complete answer, whatever its status. Throws Error:
  /// unavailable: no connection (name, network, TLS, proxy, timeout), or the request did not leave completely: it was
  /// not
  ///   processed; in_doubt: it left and no complete answer came (reset, timeout, a body over max_response_bytes, a stop
  ///   while waiting): it may have been processed; stopped: `stop` was requested before it left;
  /// invalid_argument: an address or header that cannot be sent; invalid_config: the server's certificate is not
  /// trusted
  ///   or the proxy's address is malformed.
  [[nodiscard]] Response send(const Request& request, const std::stop_token& stop = {});

  [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }

 private:
  ClientOptions options_;
  std::unique_ptr<HandlePool> handles_;
};

}  // namespace leftfold::inline v0::http
