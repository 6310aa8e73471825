// SPDX-License-Identifier: Apache-2.0
#include "shop/http_server.h"

#include <httplib.h>

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "shop/cart_service.h"
#include "support/options.h"
#include "support/pause.h"

namespace shop {
namespace {

constexpr std::size_t kMostBodyBytes = 16 * 1024;
constexpr std::size_t kRequestsAConnection = 100'000;
// A connection keeps a thread, also while it is idle; and a stop waits for those that are idle.
constexpr std::chrono::seconds kIdle{1};
constexpr const char* kJson = "application/json";

void put(const HttpAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  response.set_content(answer.body, kJson);
  if (!answer.allow.empty()) response.set_header("Allow", answer.allow);
  if (answer.try_again) response.set_header("Retry-After", "1");
}

/// The body of a request; empty, with the reason as the response's status, for one that cannot be read or is too long.
/// The library limits only what comes with its length, not what comes in chunks or compressed, and waits for a body
/// that a request without a length does not have (RFC 9112, 6.3).
std::optional<std::string> body_of(const httplib::Request& from, httplib::Response& response,
                                   const httplib::ContentReader& read) {
  std::string body;
  if (!from.has_header("Content-Length") && !from.has_header("Transfer-Encoding")) return body;
  bool too_long = false;
  // Read to the end in any case: behind it is the connection's next request.
  const auto keep = [&](const char* data, std::size_t size) {
    too_long = too_long || size > kMostBodyBytes - body.size();
    if (!too_long) body.append(data, size);
    return true;
  };
  const auto pass_over = [](const auto&...) { return true; };
  // Parts of forms are no JSON.
  if (!(from.is_multipart_form_data() ? read(pass_over, pass_over) : read(keep))) return std::nullopt;
  if (!too_long) return body;
  response.status = 413;
  return std::nullopt;
}

void add_routes(httplib::Server& server, CartService& service) {
  const auto answer = [&service](const httplib::Request& from, std::string body, httplib::Response& response) {
    HttpRequest request{from.method, from.path, std::move(body), std::nullopt};
    if (from.has_header("Idempotency-Key")) request.idempotency_key = from.get_header_value("Idempotency-Key");
    put(service.answer(request), response);
  };
  const auto bare = [answer](const httplib::Request& from, httplib::Response& response) { answer(from, {}, response); };
  const auto with_body = [answer](const httplib::Request& from, httplib::Response& response,
                                  const httplib::ContentReader& read) {
    if (auto body = body_of(from, response, read)) answer(from, std::move(*body), response);
  };
  constexpr const char* kAny = "/.*";
  server.Get(kAny, bare);
  server.Options(kAny, bare);
  server.Post(kAny, with_body);
  server.Put(kAny, with_body);
  server.Patch(kAny, with_body);
  server.Delete(kAny, with_body);
  // What the HTTP library refuses by itself: lines it cannot read, bodies that are too long.
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    put(response.status == 413
            ? error_answer(413, "too_large", "a body has at most " + std::to_string(kMostBodyBytes) + " bytes")
            : error_answer(response.status, "bad_request", "this is no request that can be read"),
        response);
  });
}

/// Listens on a thread of its own from the constructor on until it ends.
class Listening {
 public:
  explicit Listening(httplib::Server& server) : server_{server} {
    thread_ = std::jthread{[this] {
      server_.listen_after_bind();
      {
        const std::lock_guard lock{mutex_};
        ended_ = true;
      }
      ended_signal_.notify_all();
    }};
  }
  ~Listening() { end(); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  /// Waits for the stop. Returns false when listening ended by itself.
  bool wait(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    return !leftfold::system_clock().wait_until(lock, ended_signal_, stop, leftfold::kNever, [this] { return ended_; });
  }

  /// Takes no more connections, waits for requests in flight.
  void end() {
    if (!thread_.joinable()) return;
    // The library drops a stop that comes before it listens.
    while (!server_.is_running() && !ended()) (void)examples::pause(std::chrono::milliseconds{1}, {});
    if (!ended()) server_.stop();
    thread_.join();
  }

 private:
  bool ended() {
    const std::lock_guard lock{mutex_};
    return ended_;
  }

  httplib::Server& server_;
  std::mutex mutex_;
  std::condition_variable_any ended_signal_;
  bool ended_ = false;
  std::jthread thread_;
};

}  // namespace

int serve(leftfold::App& app, std::span<const std::string> arguments, const std::stop_token& stop) {
  const examples::Options options{arguments, {"host", "port", "threads"}};
  const std::string host = options.text("host", "127.0.0.1");
  const bool any_port = options.text("port", "8080") == "0";
  const auto wanted = static_cast<int>(any_port ? 0 : options.count("port", 8080, 65'535));
  const std::size_t threads = options.count("threads", 16, 1024);
  options.refuse_words("serve");

  CartService service{app};
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool{threads}; };  // the server deletes it
  server.set_payload_max_length(kMostBodyBytes);
  server.set_keep_alive_max_count(kRequestsAConnection);
  server.set_keep_alive_timeout(kIdle.count());
  server.set_tcp_nodelay(true);
  // Without SO_REUSEPORT, which the library would set: a second service on the port would take every other connection.
  server.set_socket_options([](socket_t socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  add_routes(server, service);
  const int port = any_port ? server.bind_to_any_port(host) : (server.bind_to_port(host, wanted) ? wanted : -1);
  if (port < 0) {
    throw leftfold::Error{leftfold::Errc::unavailable,
                          "cannot listen on " + host + ":" + std::to_string(wanted) +
                              ": somebody else does, or the address is not of this machine; use --port or --host"};
  }
  Listening listening{server};
  std::cout << "http://" << host << ":" << port << std::endl;
  if (!listening.wait(stop)) {
    throw leftfold::Error{leftfold::Errc::unavailable, "the HTTP server ended by itself"};
  }
  listening.end();
  return 0;
}

}  // namespace shop
