// SPDX-License-Identifier: Apache-2.0
// Sockets of 127.0.0.1 for the servers of benchmarks, and the HTTP requests that come through them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace leftfold::bench {

/// Owns a file descriptor.
class Descriptor {
 public:
  /// Throws std::system_error that names `what` for a negative one: the failed call's errno counts.
  Descriptor(int fd, const char* what);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// A socket that listens on a free port of 127.0.0.1. Throws std::system_error.
[[nodiscard]] Descriptor listen_on_loopback();
[[nodiscard]] int port_of(const Descriptor& listening);

/// Sends everything, waiting for room when there is none; false when the other side is gone.
[[nodiscard]] bool send_all(int fd, std::string_view bytes);

/// A request with a body of Content-Length. Views of the bytes it was found in.
struct HttpRequest {
  std::string_view head;  ///< request line and headers, with their line ends
  std::string_view body;
  [[nodiscard]] std::size_t size() const { return head.size() + body.size(); }
};

/// The request that `bytes` begin with; empty as long as it is not complete.
[[nodiscard]] std::optional<HttpRequest> first_request(std::string_view bytes);
/// The value of a header, whose name's case does not matter; empty when there is none.
[[nodiscard]] std::string_view header_of(std::string_view head, std::string_view name);

}  // namespace leftfold::bench
