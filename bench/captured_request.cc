// SPDX-License-Identifier: Apache-2.0
#include "captured_request.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <future>
#include <stdexcept>

#include "support/loopback.h"

namespace leftfold::bench {
namespace {

constexpr int kLongestWaitSeconds = 10;

void wait_at_most(const Descriptor& socket) {
  const timeval longest{kLongestWaitSeconds, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
}

}  // namespace

CapturedRequest capture_request(const std::function<void(const std::string& endpoint)>& act,
                                const std::string& answer) {
  const Descriptor listening = listen_on_loopback();
  wait_at_most(listening);
  CapturedRequest captured;
  captured.host = "127.0.0.1:" + std::to_string(port_of(listening));
  auto acting = std::async(std::launch::async, [&] { act("http://" + captured.host); });

  const Descriptor connection{accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC), "no request came"};
  wait_at_most(connection);
  std::string bytes;
  std::array<char, 4096> buffer;
  while (!first_request(bytes)) {
    const ssize_t size = recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) throw std::runtime_error{"the request ended before it was complete"};
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
  }
  const HttpRequest request = *first_request(bytes);
  captured.head = request.head;
  captured.body = request.body;
  const bool answered = send_all(connection.get(),
                                 "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
                                 "Content-Length: " +
                                     std::to_string(answer.size()) + "\r\n\r\n" + answer);
  acting.get();
  if (!answered) throw std::runtime_error{"the client did not wait for its answer"};
  return captured;
}

}  // namespace leftfold::bench
