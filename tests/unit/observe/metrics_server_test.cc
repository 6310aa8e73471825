// SPDX-License-Identifier: Apache-2.0
#include <leftfold/metrics_server.h>

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/error.h>

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// A client's connection, as raw as clients can be.
class Client {
 public:
  explicit Client(const std::string& address) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool send(std::string_view text) {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// Everything until the server closes; "TIMEOUT" when it does not within 20 s.
  std::string receive() {
    std::string all;
    char buffer[4096];
    for (;;) {
      pollfd file{socket_, POLLIN, 0};
      if (::poll(&file, 1, 20'000) <= 0) return "TIMEOUT";
      const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(count));
    }
  }

 private:
  int socket_;
};

std::string ask(const std::string& address, const std::string& request) {
  Client client{address};
  EXPECT_TRUE(client.send(request));
  return client.receive();
}

std::string get(const std::string& address, const std::string& path) {
  return ask(address, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

struct MetricsServerTest : ::testing::Test {
  MetricsServerTest() { metrics.counter("jobs_total", "Jobs.").add(3); }

  MetricsServerOptions options() const {
    MetricsServerOptions all;
    all.address = "127.0.0.1:0";
    all.metrics = &metrics;
    all.health = &health;
    return all;
  }

  Metrics metrics;
  Health health;
};

TEST_F(MetricsServerTest, AnswersEachPage) {
  HealthState ready = HealthState::degraded;
  health.add("process", HealthScope::live, [] { return HealthAnswer{}; });
  health.add("store", HealthScope::ready, [&ready] { return HealthAnswer{ready, "is slow"}; });
  MetricsServerOptions all = options();
  all.fresh = 0ms;
  const MetricsServer server{all};
  const std::string metrics_page = get(server.address(), "/metrics");
  EXPECT_EQ(status_of(metrics_page), 200);
  EXPECT_NE(metrics_page.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << metrics_page;
  EXPECT_EQ(body_of(metrics_page), metrics.prometheus());
  EXPECT_EQ(body_of(get(server.address(), "/livez")), "ok\n");
  EXPECT_EQ(body_of(get(server.address(), "/readyz?verbose")), "ok\ndegraded: store: is slow\n");
  ready = HealthState::failed;
  const std::string not_ready = get(server.address(), "/readyz");
  EXPECT_EQ(status_of(not_ready), 503);
  EXPECT_EQ(body_of(not_ready), "failed\nfailed: store: is slow\n");
  EXPECT_EQ(status_of(get(server.address(), "/livez")), 200) << "a restart does not help a store";
  const std::string all_checks = get(server.address(), "/healthz");
  EXPECT_EQ(status_of(all_checks), 503);
  EXPECT_NE(all_checks.find("Content-Type: application/json"), std::string::npos);
  EXPECT_NE(all_checks.find(R"({"name":"store","scope":"ready","state":"failed","text":"is slow")"), std::string::npos);
}

TEST_F(MetricsServerTest, HeadHasTheLengthAndNoBody) {
  const MetricsServer server{options()};
  const std::string answer = ask(server.address(), "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer), "");
  EXPECT_NE(answer.find("Content-Length: " + std::to_string(metrics.prometheus().size())), std::string::npos) << answer;
}

TEST_F(MetricsServerTest, RefusesOtherPathsMethodsAndBodies) {
  const MetricsServer server{options()};
  EXPECT_EQ(status_of(get(server.address(), "/")), 404);
  EXPECT_EQ(status_of(get(server.address(), "/metrics/../etc/passwd")), 404);
  for (const std::string method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    const std::string answer =
        ask(server.address(), method + " /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(status_of(answer), 405) << method;
    EXPECT_NE(answer.find("Allow: GET, HEAD"), std::string::npos) << method;
  }
  const std::string body(100'000, 'x');
  EXPECT_EQ(
      status_of(ask(server.address(), "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body)),
      405);
  EXPECT_EQ(status_of(ask(server.address(), "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body)),
            200);
}

TEST_F(MetricsServerTest, AnswersOrClosesWhateverIsSent) {
  const MetricsServer server{options()};
  for (const std::string& request :
       {std::string{"\r\n\r\n"}, std::string{"GET\r\n\r\n"}, std::string{"GET /metrics\r\n\r\n"},
        std::string{"GET /metrics HTTP/9.9\r\n\r\n"}, std::string{"G\0T / HTTP/1.1\r\n\r\n", 18},
        std::string{"BREW /metrics HTTP/1.1\r\n\r\n"}}) {
    const std::string answer = ask(server.address(), request);
    EXPECT_TRUE(answer.empty() || status_of(answer) >= 400) << request << "\n" << answer;
  }
  EXPECT_TRUE(status_of(get(server.address(), "/" + std::string(10'000, 'a'))) >= 400);
  // Without an end: closed when it is too long, without an answer.
  Client endless{server.address()};
  (void)endless.send("GET /metrics HTTP/1.1\r\nX: ");
  const std::string piece(4096, 'x');
  for (int i = 0; i < 8; ++i) (void)endless.send(piece);
  EXPECT_NE(endless.receive(), "TIMEOUT");
  EXPECT_EQ(status_of(get(server.address(), "/livez")), 200) << "and it goes on";
}

TEST_F(MetricsServerTest, AClientThatIsSilentOrDripsIsClosedInTime) {
  const MetricsServer server{options()};
  Client silent{server.address()};
  Client drips{server.address()};
  std::jthread dripping{[&drips](const std::stop_token& stop) {
    while (!stop.stop_requested() && drips.send("G")) std::this_thread::sleep_for(50ms);
  }};
  const auto begin = SteadyClock::now();
  EXPECT_EQ(silent.receive(), "");
  const std::string dripped = drips.receive();
  EXPECT_TRUE(dripped.empty() || status_of(dripped) >= 400) << dripped;
  EXPECT_LT(SteadyClock::now() - begin, 10s);
}

TEST_F(MetricsServerTest, ItsEndDoesNotWaitForClients) {
  {  // the HTTP library makes tables at its first request; the thread sanitizer does not see into it that one thread
     // does
    const MetricsServer first{options()};
    (void)get(first.address(), "/livez");
  }
  auto server = std::make_unique<MetricsServer>(options());
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 12; ++i) {  // more than there are threads
    clients.push_back(std::make_unique<Client>(server->address()));
    (void)clients.back()->send("GET /metrics HTTP/1.1\r\n");
  }
  const std::string address = server->address();
  const auto begin = SteadyClock::now();
  server.reset();
  EXPECT_LT(SteadyClock::now() - begin, 1500ms);  // less than a client's two seconds
  MetricsServerOptions again = options();
  again.address = address;
  const MetricsServer next{again};
  EXPECT_EQ(status_of(get(next.address(), "/livez")), 200);
}

TEST_F(MetricsServerTest, ACheckThatHangsHoldsNobodyUp) {
  std::promise<void> let_go;
  const std::shared_future<void> gone{let_go.get_future()};
  health.add("process", HealthScope::live, [] { return HealthAnswer{}; });
  health.add("fine", HealthScope::ready, [] { return HealthAnswer{}; });
  health.add("hangs", HealthScope::ready, [gone] {
    gone.wait();
    return HealthAnswer{};
  });
  health.add("behind", HealthScope::ready, [] { return HealthAnswer{}; });
  MetricsServerOptions all = options();
  all.deadline = 100ms;
  const MetricsServer server{all};
  for (int i = 0; i < 3; ++i) {
    const std::string answer = get(server.address(), "/readyz");
    EXPECT_EQ(status_of(answer), 503);
    EXPECT_EQ(body_of(answer),
              "failed\nfailed: hangs: no answer for 100 ms\n"
              "failed: behind: not asked yet: the check before it has not answered\n");
  }
  EXPECT_EQ(status_of(get(server.address(), "/livez")), 200);
  EXPECT_NE(get(server.address(), "/healthz").find("not asked yet"), std::string::npos);
  let_go.set_value();
  const auto patience = SteadyClock::now() + 20s;
  while (status_of(get(server.address(), "/healthz")) != 200 && SteadyClock::now() < patience)
    std::this_thread::yield();
  EXPECT_EQ(status_of(get(server.address(), "/healthz")), 200);
}

// Readiness is acted on: a check that only people read must not keep it at what it was.
TEST_F(MetricsServerTest, AToldCheckThatHangsHoldsNoReadinessUp) {
  std::promise<void> let_go;
  std::atomic<bool> store_is_gone{false};
  health.add("hangs", HealthScope::told, [gone = std::shared_future<void>{let_go.get_future()}] {
    gone.wait();
    return HealthAnswer{};
  });
  health.add("store", HealthScope::ready, [&store_is_gone]() -> HealthAnswer {
    if (store_is_gone) return {HealthState::failed, "gone"};
    return {};
  });
  MetricsServerOptions all = options();
  all.deadline = 100ms;
  all.fresh = 0ms;
  const MetricsServer server{all};
  const std::string everything = body_of(get(server.address(), "/healthz"));
  EXPECT_LT(everything.find("no answer for 100 ms"), everything.find("\"store\"")) << "in their order";
  EXPECT_EQ(status_of(get(server.address(), "/readyz")), 200);
  store_is_gone = true;
  EXPECT_EQ(body_of(get(server.address(), "/readyz")), "failed\nfailed: store: gone\n");
  let_go.set_value();
}

TEST_F(MetricsServerTest, ManyChecksThatAreSlowTogetherHaveNotFailed) {
  for (const char* name : {"a", "b", "c"}) {
    health.add(name, HealthScope::ready, []() -> HealthAnswer {
      std::this_thread::sleep_for(400ms);  // what it is slow with
      return {};
    });
  }
  MetricsServerOptions all = options();
  all.deadline = 1s;
  const MetricsServer server{all};
  EXPECT_EQ(body_of(get(server.address(), "/readyz")), "ok\n");
}

TEST_F(MetricsServerTest, ManyWhoAskCostOneRound) {
  std::atomic<int> calls{0};
  health.add("store", HealthScope::ready, [&calls] {
    ++calls;
    return HealthAnswer{};
  });
  MetricsServerOptions all = options();
  all.fresh = 1h;
  const MetricsServer server{all};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status_of(get(server.address(), "/readyz")), 200);
  EXPECT_EQ(calls, 1);
}

TEST_F(MetricsServerTest, AnAddressThatCannotBeUsedIsAnError) {
  const auto code_of = [this](const std::string& address) {
    MetricsServerOptions all = options();
    all.address = address;
    try {
      const MetricsServer server{all};
    } catch (const Error& error) {
      EXPECT_NE(std::string{error.what()}.find(address), std::string::npos) << error.what();
      return error.code();
    }
    return Errc::internal;
  };
  for (const char* address : {"", "9464", ":9464", "localhost", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                              "[::1:9464", "a b:1", "127.0.0.1:1x"}) {
    EXPECT_EQ(code_of(address), Errc::invalid_argument) << address;
  }
  const MetricsServer first{options()};
  EXPECT_EQ(code_of(first.address()), Errc::unavailable);
  EXPECT_EQ(code_of("192.0.2.1:9464"), Errc::unavailable) << "of no machine (RFC 5737)";
}

TEST_F(MetricsServerTest, WithoutChecksAllIsWellWhileItAnswers) {
  MetricsServerOptions all;
  all.address = "127.0.0.1:0";
  const MetricsServer server{all};
  EXPECT_EQ(body_of(get(server.address(), "/livez")), "ok\n");
  EXPECT_EQ(body_of(get(server.address(), "/readyz")), "ok\n");
  EXPECT_EQ(body_of(get(server.address(), "/healthz")), "{\"state\":\"ok\",\"checks\":[]}\n");
  EXPECT_EQ(status_of(get(server.address(), "/metrics")), 404);
}

}  // namespace
}  // namespace leftfold
