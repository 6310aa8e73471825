// SPDX-License-Identifier: Apache-2.0
#include "support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace leftfold::test_support {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

int bound_socket(int& port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0) fail("bind");
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  port = ntohs(address.sin_port);
  return descriptor;
}

int connect_to(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

class HttpServerConnection {
 public:
  HttpServerConnection(HttpServer& server, int descriptor, int number)
      : server_{server}, descriptor_{descriptor}, number_{number} {}
  ~HttpServerConnection() {
    if (tls_ != nullptr) SSL_free(tls_);
    close(descriptor_);
  }
  HttpServerConnection(const HttpServerConnection&) = delete;
  HttpServerConnection& operator=(const HttpServerConnection&) = delete;

  void serve() {
    if (server_.tls_ != nullptr) {
      tls_ = SSL_new(static_cast<SSL_CTX*>(server_.tls_.get()));
      SSL_set_fd(tls_, descriptor_);
      if (!wait_readable() || SSL_accept(tls_) != 1) return;
    }
    for (int ordinal = 1;; ++ordinal) {
      std::optional<HttpReceived> received = receive();
      if (!received) return;
      received->connection = number_;
      received->on_connection = ordinal;
      {
        const std::lock_guard lock{server_.mutex_};
        server_.requests_.push_back(*received);
      }
      server_.arrived_.notify_all();
      const HttpReply reply = server_.answer_(*received);
      if (!answer(*received, reply)) return;
    }
  }

 private:
  // False once the server ends.
  bool wait_readable() {
    if (tls_ != nullptr && SSL_pending(tls_) > 0) return true;
    std::array<pollfd, 2> waits{{{descriptor_, POLLIN, 0}, {server_.wake_, POLLIN, 0}}};
    while (poll(waits.data(), waits.size(), -1) < 0) {
      if (errno != EINTR) return false;
    }
    return waits[1].revents == 0;
  }

  bool read_more() {
    std::array<char, 16384> bytes;
    if (!wait_readable()) return false;
    const ssize_t count = tls_ != nullptr ? SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                          : recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                            : send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  void reset() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  std::optional<HttpReceived> receive() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return std::nullopt;
    }
    HttpReceived received = parse_head(std::string_view{buffer_}.substr(0, end));
    buffer_.erase(0, end + 4);
    if (received.headers.contains("expect") && server_.options_.answer_expect) write("HTTP/1.1 100 Continue\r\n\r\n");
    const std::string length = received.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size) {
      if (server_.options_.reset_after_bytes > 0 && buffer_.size() >= server_.options_.reset_after_bytes) {
        reset();
        return std::nullopt;
      }
      if (!read_more()) return std::nullopt;
    }
    received.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return received;
  }

  static HttpReceived parse_head(std::string_view head) {
    HttpReceived received;
    const auto first = head.substr(0, head.find("\r\n"));
    const auto space = first.find(' ');
    received.method = first.substr(0, space);
    received.target = first.substr(space + 1, first.rfind(' ') - space - 1);
    head.remove_prefix(std::min(first.size() + 2, head.size()));
    while (!head.empty()) {
      const auto line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(std::min(line.size() + 2, head.size()));
      const auto colon = line.find(':');
      std::string value{line.substr(colon + 1)};
      value.erase(0, value.find_first_not_of(' '));
      std::string& all = received.headers[lower(std::string{line.substr(0, colon)})];
      all = all.empty() ? value : all + ", " + value;
    }
    return received;
  }

  // False when the connection ends.
  bool answer(const HttpReceived& received, const HttpReply& reply) {
    using Fault = HttpReply::Fault;
    if (reply.fault == Fault::reset) reset();
    if (reply.fault == Fault::reset || reply.fault == Fault::close) return false;
    if (reply.fault == Fault::stall) {
      wait_readable();  // the client's end, or the server's
      return false;
    }
    if (reply.fault == Fault::tunnel) {
      tunnel(received.target);
      return false;
    }
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Said\r\n";
    for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    if (reply.chunked) {
      head += "Transfer-Encoding: chunked\r\n\r\n";
    } else {
      head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
    }
    if (received.method == "HEAD") return write(head);
    const std::string_view body = reply.body;
    if (reply.fault == Fault::half) {
      write(head + std::string{body.substr(0, body.size() / 2)});
      return false;
    }
    if (!reply.chunked) return write(head + reply.body) && reply.fault != Fault::close_after;
    bool sent = write(head);
    for (std::size_t at = 0; at < body.size() && sent; at += 7) {
      const auto part = body.substr(at, 7);
      sent = write("0000" + std::to_string(part.size()) + "\r\n" + std::string{part} + "\r\n");
    }
    return sent && write("0\r\n\r\n");
  }

  void tunnel(const std::string& target) {
    const int other = connect_to(std::stoi(target.substr(target.rfind(':') + 1)));
    if (other < 0) {
      write("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    write("HTTP/1.1 200 Connected\r\n\r\n");
    std::array<pollfd, 3> waits{{{descriptor_, POLLIN, 0}, {other, POLLIN, 0}, {server_.wake_, POLLIN, 0}}};
    std::array<char, 16384> bytes;
    const auto pass = [&](int from, int to) {
      const ssize_t count = recv(from, bytes.data(), bytes.size(), 0);
      return count > 0 && send(to, bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    };
    while (poll(waits.data(), waits.size(), -1) > 0 && waits[2].revents == 0) {
      if (waits[0].revents != 0 && !pass(descriptor_, other)) break;
      if (waits[1].revents != 0 && !pass(other, descriptor_)) break;
    }
    close(other);
  }

  HttpServer& server_;
  int descriptor_;
  int number_;
  SSL* tls_ = nullptr;
  std::string buffer_;
};

HttpServer::HttpServer(Answer answer, HttpServerOptions options)
    : answer_{std::move(answer)}, options_{std::move(options)} {
  std::signal(SIGPIPE, SIG_IGN);  // SSL_write to a closed connection
  if (!options_.certificate.empty()) {
    tls_ = {SSL_CTX_new(TLS_server_method()), [](void* context) { SSL_CTX_free(static_cast<SSL_CTX*>(context)); }};
    auto* context = static_cast<SSL_CTX*>(tls_.get());
    if (SSL_CTX_use_certificate_chain_file(context, options_.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, options_.key.c_str(), SSL_FILETYPE_PEM) != 1) {
      throw std::runtime_error{"the server's certificate or key cannot be read"};
    }
  }
  listener_ = bound_socket(port_);
  if (options_.receive_buffer > 0) {
    setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &options_.receive_buffer, sizeof options_.receive_buffer);
  }
  wake_ = eventfd(0, EFD_CLOEXEC);
  if (wake_ < 0 || listen(listener_, 128) != 0) fail("listen");
  acceptor_ = std::jthread{[this] { accept_all(); }};
}

HttpServer::~HttpServer() {
  eventfd_write(wake_, 1);
  acceptor_.join();
  threads_.clear();
  close(listener_);
  close(wake_);
}

void HttpServer::accept_all() {
  std::array<pollfd, 2> waits{{{listener_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  while (poll(waits.data(), waits.size(), -1) >= 0 && waits[1].revents == 0) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    const std::lock_guard lock{mutex_};
    threads_.emplace_back(
        [this, descriptor, number = ++connections_] { HttpServerConnection{*this, descriptor, number}.serve(); });
  }
}

std::string HttpServer::url(std::string_view path) const {
  return std::string{tls_ != nullptr ? "https" : "http"}
      .append("://127.0.0.1:")
      .append(std::to_string(port_))
      .append(path);
}

std::vector<HttpReceived> HttpServer::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

int HttpServer::connections() const {
  const std::lock_guard lock{mutex_};
  return connections_;
}

void HttpServer::wait_for_requests(std::size_t count) const {
  std::unique_lock lock{mutex_};
  arrived_.wait(lock, [&] { return requests_.size() >= count; });
}

int closed_port() {
  int port = 0;
  close(bound_socket(port));
  return port;
}

}  // namespace leftfold::test_support
