// SPDX-License-Identifier: Apache-2.0
// A real HTTP/1.1 server on an ephemeral port of 127.0.0.1, that can also misbehave.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace leftfold::test_support {

/// A request as it arrived. Header names are in lower case.
struct HttpReceived {
  std::string method = {};
  std::string target = {};
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  int connection = 0;     ///< counted from 1
  int on_connection = 0;  ///< the how manieth request of it, from 1

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
};

struct HttpReply {
  enum class Fault {
    none,
    reset,        ///< no answer, RST
    close,        ///< no answer, orderly end
    stall,        ///< no answer until the client gives up
    half,         ///< half of the body, then an orderly end
    tunnel,       ///< CONNECT as a proxy does: 200 and then bytes to and fro
    close_after,  ///< a whole answer, then an orderly end without "Connection: close"
  };
  int status = 200;
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  bool chunked = false;
  Fault fault = Fault::none;
};

/// A reply that a test changes while a server gives it. Any thread.
class ChangingReply {
 public:
  ChangingReply(HttpReply reply) : reply_{std::move(reply)} {}
  ChangingReply& operator=(HttpReply reply) {
    const std::scoped_lock lock{mutex_};
    reply_ = std::move(reply);
    return *this;
  }
  [[nodiscard]] HttpReply get() const {
    const std::scoped_lock lock{mutex_};
    return reply_;
  }

 private:
  mutable std::mutex mutex_;
  HttpReply reply_;
};

struct HttpServerOptions {
  std::string certificate = {};  ///< PEM files: speaks TLS when given
  std::string key = {};
  bool answer_expect = true;          ///< sends 100 Continue when asked to
  std::size_t reset_after_bytes = 0;  ///< of a body: RST in its middle; 0: never
  int receive_buffer = 0;             ///< SO_RCVBUF, so that a big body cannot hide in the kernel; 0: the system's
};

/// Answers each request by `answer`, which runs on the connection's thread. Any thread. Ends at once when destroyed.
class HttpServer {
 public:
  using Answer = std::function<HttpReply(const HttpReceived&)>;
  explicit HttpServer(Answer answer, HttpServerOptions options = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }
  /// "http://127.0.0.1:PORT" (https with a certificate) + path.
  [[nodiscard]] std::string url(std::string_view path = "") const;
  [[nodiscard]] std::vector<HttpReceived> requests() const;
  [[nodiscard]] int connections() const;
  /// Waits until `count` requests have arrived.
  void wait_for_requests(std::size_t count) const;

 private:
  friend class HttpServerConnection;
  void accept_all();

  Answer answer_;
  HttpServerOptions options_;
  std::shared_ptr<void> tls_;  // SSL_CTX
  int listener_ = -1;
  int wake_ = -1;  // an eventfd, readable once the server ends
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any arrived_;
  std::vector<HttpReceived> requests_;
  int connections_ = 0;
  std::list<std::jthread> threads_;
  std::jthread acceptor_;
};

/// A port of 127.0.0.1 where nothing listens.
[[nodiscard]] int closed_port();

}  // namespace leftfold::test_support
