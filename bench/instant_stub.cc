// SPDX-License-Identifier: Apache-2.0
// A server that answers the requests of the DynamoDB store at once, always the same: what is left is the client's cost.
//   --events N   of every stream it is asked for (10)
// Prints its port. Ends when its stdin closes, and on SIGTERM. One thread.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <leftfold/clock.h>

#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"
#include "support/arguments.h"
#include "support/loopback.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

std::string response(std::string_view status, const std::string& body) {
  const auto crc = ::crc32_z(0, reinterpret_cast<const unsigned char*>(body.data()), body.size());
  return "HTTP/1.1 " + std::string{status} +
         "\r\nContent-Type: application/x-amz-json-1.0\r\nx-amz-crc32: " + std::to_string(crc) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string table(std::string_view partition, std::string_view sort, std::string_view sort_type) {
  const std::string p{partition}, s{sort}, t{sort_type};
  return R"({"TableStatus":"ACTIVE","AttributeDefinitions":[{"AttributeName":")" + p +
         R"(","AttributeType":"S"},{"AttributeName":")" + s + R"(","AttributeType":")" + t +
         R"("}],"KeySchema":[{"AttributeName":")" + p + R"(","KeyType":"HASH"},{"AttributeName":")" + s +
         R"(","KeyType":"RANGE"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}})";
}

/// The items of one stream, as the store writes them one by one.
std::string page(std::size_t events) {
  std::string items;
  for (std::size_t i = 0; i < events; ++i) {
    const AppendRequest request{
        stream_name(1, 0), Version{static_cast<std::int64_t>(i) - 1}, {make_event(1, i)}, std::string{}};
    if (i > 0) items += ',';
    dynamodb::write_item(items, dynamodb::event_item(request, 0, system_clock().now()));
  }
  const std::string count = std::to_string(events);
  return R"({"Items":[)" + items + R"(],"Count":)" + count + R"(,"ScannedCount":)" + count +
         R"(,"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.0}})";
}

/// What is answered to each operation.
class Answers {
 public:
  explicit Answers(std::size_t events)
      : query_{response("200 OK", page(events))},
        events_table_{response("200 OK", R"({"Table":)" + table("aggregateId", "version", "N") + "}")},
        second_table_{response("200 OK", R"({"Table":)" + table("k", "s", "S") + "}")} {}

  [[nodiscard]] std::string_view to(const HttpRequest& request) const {
    std::string_view operation = header_of(request.head, "x-amz-target");
    operation.remove_prefix(operation.find('.') + 1);
    if (operation == "PutItem") return put_;
    if (operation == "Query") return query_;
    if (operation == "DescribeTable") {
      return request.body.find(R"(Leftfold")") == request.body.npos ? events_table_ : second_table_;
    }
    if (operation == "DescribeTimeToLive") return time_to_live_;
    if (operation == "CreateTable") return created_;
    return unknown_;
  }

 private:
  const std::string put_ = response("200 OK", R"({"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.0}})");
  const std::string time_to_live_ = response("200 OK", R"({"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}})");
  const std::string created_ = response("200 OK", R"({"TableDescription":{"TableStatus":"ACTIVE"}})");
  const std::string unknown_ =
      response("400 Bad Request", R"({"__type":"com.amazonaws.dynamodb.v20120810#UnknownOperationException"})");
  const std::string query_, events_table_, second_table_;
};

class Stub {
 public:
  explicit Stub(std::size_t events) : answers_{events} {
    watch(STDIN_FILENO);
    watch(listening_.get());
  }

  [[nodiscard]] int port() const { return port_of(listening_); }

  void run_until_stdin_closes() {
    std::array<epoll_event, 64> ready;
    for (;;) {
      const int count = epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), -1);
      if (count < 0 && errno != EINTR) throw std::system_error{errno, std::generic_category(), "epoll_wait"};
      for (int i = 0; i < count; ++i) {
        const int fd = ready[static_cast<std::size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) {
          if (read(STDIN_FILENO, buffer_.data(), buffer_.size()) <= 0) return;
        } else if (fd == listening_.get()) {
          welcome();
        } else if (!serve(fd)) {
          connections_.erase(fd);  // closes it
        }
      }
    }
  }

 private:
  struct Connection {
    Descriptor socket;
    std::string bytes;  // of a request that is not complete
  };

  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      throw std::system_error{errno, std::generic_category(), "stdin and connections must be pipes or sockets"};
    }
  }

  void welcome() {
    const int fd = accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;  // it went away again
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_.emplace(fd, Connection{Descriptor{fd, "accept"}, {}});
    watch(fd);
  }

  /// False when the connection is over.
  bool serve(int fd) {
    const ssize_t size = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    if (size == 0) return false;
    std::string& bytes = connections_.at(fd).bytes;
    bytes.append(buffer_.data(), static_cast<std::size_t>(size));
    std::size_t done = 0;
    while (const auto request = first_request(std::string_view{bytes}.substr(done))) {
      if (!send_all(fd, answers_.to(*request))) return false;
      done += request->size();
    }
    bytes.erase(0, done);
    return true;
  }

  const Answers answers_;
  const Descriptor epoll_{epoll_create1(EPOLL_CLOEXEC), "epoll_create1"};
  const Descriptor listening_ = listen_on_loopback();
  std::unordered_map<int, Connection> connections_;
  std::array<char, 64 * 1024> buffer_{};
};

void run(const Arguments& arguments) {
  Stub stub{arguments.count("events", 10)};
  print_figures({{"port", static_cast<double>(stub.port())}});
  stub.run_until_stdin_closes();
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
