// SPDX-License-Identifier: Apache-2.0
#include <leftfold/metrics_server.h>

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <leftfold/error.h>

#include "observe/listen_address.h"
#include "observe/pages.h"
#include "observe/recent_health.h"

namespace leftfold::inline v0 {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kThreads = 4;
constexpr std::chrono::seconds kForRequest{2};
constexpr std::chrono::seconds kForAll{5};
constexpr std::size_t kMostRequestBytes = 16 * 1024;
// Read and forgotten after the answer: closing with unread bytes would reset the connection before it is read.
constexpr std::size_t kMostLeftBytes = 256 * 1024;
constexpr std::chrono::milliseconds kForTheRest{200};

/// A client's connection, with an end to its patience: the library's own timeouts count anew with each byte. One
/// thread.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(socket_t socket)
      : socket_{socket},
        request_until_{SteadyTime::clock::now() + kForRequest},
        until_{SteadyTime::clock::now() + kForAll} {}

  bool is_readable() const override { return begin_ < end_ || left_ > 0; }
  bool is_writable() const override { return wait(POLLOUT, until_); }

  ssize_t read(char* to, size_t size) override {
    if (begin_ == end_ && !fill()) return -1;
    const std::size_t count = std::min(size, end_ - begin_);
    std::copy_n(buffer_.data() + begin_, count, to);
    begin_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, size_t size) override {
    if (!wait(POLLOUT, until_)) return -1;
    return ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  /// The library compares it with what select() can take, which is not used here.
  socket_t socket() const override { return -1; }

  /// Lets the client read the answer to its end.
  void finish() {
    (void)::shutdown(socket_, SHUT_WR);
    const SteadyTime until = std::min(until_, SteadyTime::clock::now() + kForTheRest);
    std::size_t left = kMostLeftBytes;
    while (left > 0 && wait(POLLIN, until)) {
      const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (count <= 0) return;
      left -= std::min(left, static_cast<std::size_t>(count));
    }
  }

 private:
  bool fill() {
    if (left_ == 0 || !wait(POLLIN, request_until_)) return false;
    const ssize_t count = ::recv(socket_, buffer_.data(), std::min(buffer_.size(), left_), MSG_DONTWAIT);
    if (count <= 0) return false;
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
    left_ -= end_;
    return true;
  }

  bool wait(short what, SteadyTime until) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyTime::clock::now());
      if (left.count() <= 0) return false;
      pollfd file{socket_, what, 0};
      const int ready = ::poll(&file, 1, static_cast<int>(left.count()));
      if (ready > 0) return true;
      if (ready == 0 || errno != EINTR) return false;
    }
  }

  const socket_t socket_;
  const SteadyTime request_until_;
  const SteadyTime until_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t left_ = kMostRequestBytes;
};

/// The library's server with connections that end.
class Server final : public httplib::Server {
 public:
  /// Closes what is open, so that no client is waited for; listening ends.
  void close_all() {
    (void)::shutdown(svr_sock_, SHUT_RDWR);  // also before listening has begun, where stop() does nothing
    const std::scoped_lock lock{mutex_};
    closing_ = true;
    for (const socket_t socket : open_) (void)::shutdown(socket, SHUT_RDWR);
  }

  [[nodiscard]] int port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(svr_sock_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    bool answered = false;
    if (add(socket)) {
      Connection connection{socket};
      bool closed = false;
      answered = process_request(connection, true, closed, nullptr);
      if (answered) connection.finish();
      remove(socket);
    }
    (void)::close(socket);
    return answered;
  }

  bool add(socket_t socket) {
    const std::scoped_lock lock{mutex_};
    return !closing_ && open_.insert(socket).second;
  }

  void remove(socket_t socket) {
    const std::scoped_lock lock{mutex_};
    open_.erase(socket);
  }

  std::mutex mutex_;
  bool closing_ = false;
  std::set<socket_t> open_;
};

void put(const observe::Page& page, httplib::Response& response) {
  response.status = page.status;
  response.set_content(page.body, page.type.c_str());
  response.set_header("Cache-Control", "no-store");
  if (page.status == 405) response.set_header("Allow", "GET, HEAD");
}

}  // namespace

class MetricsServer::Impl {
 public:
  explicit Impl(const MetricsServerOptions& options) : log_{*options.log} {
    const std::optional<observe::ListenAddress> wanted = observe::listen_address(options.address);
    if (!wanted) {
      throw Error{Errc::invalid_argument, "\"" + options.address +
                                              "\" is no address to listen on; use HOST:PORT, "
                                              "such as 127.0.0.1:9464 or [::1]:9464"};
    }
    if (options.health != nullptr) {
      ready_.emplace(*options.health, Part::ready, options.fresh, options.deadline, system_clock());
      rest_.emplace(*options.health, Part::rest, options.fresh, options.deadline, system_clock());
    }
    pages_.emplace(options.metrics, options.health, ready_ ? &*ready_ : nullptr, rest_ ? &*rest_ : nullptr);
    prepare();
    const bool any_port = wanted->port == 0;
    const bool bound =
        any_port ? server_.bind_to_any_port(wanted->host) > 0 : server_.bind_to_port(wanted->host, wanted->port);
    if (!bound) {
      const int why = errno;
      throw Error{Errc::unavailable, "cannot listen on " + observe::to_string(*wanted) + " for metrics and health: " +
                                         (why == EADDRINUSE ? "the address is taken; use another port, or 0 for one "
                                                              "that is free"
                                                            : "it is no address of this machine, or not allowed to "
                                                              "this user; use another one")};
    }
    address_ = observe::to_string({wanted->host, server_.port()});
    thread_ = std::jthread{[this] { listen(); }};
    log_.log(LogLevel::info, "observe", "metrics and health over HTTP", {{"address", address_}});
  }

  ~Impl() {
    ending_ = true;
    server_.close_all();
  }

  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  using Part = observe::RecentHealth::Part;

  void prepare() {
    server_.new_task_queue = [] { return new httplib::ThreadPool{kThreads}; };  // the server deletes it
    server_.set_payload_max_length(0);
    // Without SO_REUSEPORT, which the library would set: a second process on the port would take every other client.
    server_.set_socket_options([](socket_t socket) {
      const int on = 1;
      (void)::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    // Before the library reads a body.
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      put(pages_->page(request.method, request.path), response);
      return httplib::Server::HandlerResponse::Handled;
    });
    server_.set_exception_handler([this](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
      log_.log(LogLevel::error, "observe", "a page could not be made");
      put({500, "text/plain; charset=utf-8", "the page could not be made\n"}, response);
    });
    server_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty())
        put({response.status, "text/plain; charset=utf-8", "no request that can be read\n"}, response);
    });
  }

  void listen() {
    (void)server_.listen_after_bind();
    if (!ending_) log_.log(LogLevel::error, "observe", "the HTTP server of metrics and health ended by itself");
  }

  Logger& log_;
  std::optional<observe::RecentHealth> ready_;
  std::optional<observe::RecentHealth> rest_;
  std::optional<observe::Pages> pages_;
  Server server_;
  std::string address_;
  std::atomic<bool> ending_{false};
  std::jthread thread_;  // last: it uses the rest
};

MetricsServer::MetricsServer(MetricsServerOptions options) : impl_{std::make_unique<Impl>(options)} {}
MetricsServer::~MetricsServer() = default;

const std::string& MetricsServer::address() const noexcept { return impl_->address(); }

}  // namespace leftfold::inline v0
