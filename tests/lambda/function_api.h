// SPDX-License-Identifier: Apache-2.0
// Lambda's runtime API for a function in another process: invocations come when a test says so.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/clock.h>

#include "support/http_server.h"
#include "unit/lambda/fake_runtime_api.h"

namespace leftfold::test_lambda {

inline constexpr std::chrono::milliseconds kPlenty = std::chrono::minutes{5};

/// Any thread.
class FunctionApi {
 public:
  ~FunctionApi() {
    const std::scoped_lock lock{mutex_};
    ended_ = true;
    changed_.notify_all();
  }
  FunctionApi() = default;
  FunctionApi(const FunctionApi&) = delete;
  FunctionApi& operator=(const FunctionApi&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }

  /// Returns once the function waits for an invocation.
  void wait_until_asked() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }
  /// Gives the function the invocation and returns what it posts next.
  HttpReceived invoke(const std::string& id, std::string payload, std::chrono::milliseconds time = kPlenty) {
    hand_out(id, std::move(payload), time);
    return next_post();
  }
  /// The function's deadline is when `time` has passed.
  void hand_out(const std::string& id, std::string payload, std::chrono::milliseconds time = kPlenty) {
    const std::scoped_lock lock{mutex_};
    HttpReply next = invocation(id, std::move(payload));
    next.headers["Lambda-Runtime-Deadline-Ms"] =
        std::to_string((system_clock().now() + time).time_since_epoch().count());
    nexts_.push_back(std::move(next));
    changed_.notify_all();
  }
  /// Waits for the post after those that were returned before; the path is without kBase.
  HttpReceived next_post() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return !posts_.empty(); });
    HttpReceived post = std::move(posts_.front());
    posts_.pop_front();
    return post;
  }

 private:
  HttpReply answer(const HttpReceived& received) {
    std::unique_lock lock{mutex_};
    if (received.method == "POST") {
      posts_.push_back(received);
      posts_.back().target = received.target.substr(kBase.size());
      changed_.notify_all();
      return {.status = 202};
    }
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ended_ || !nexts_.empty(); });
    --waiting_;
    if (nexts_.empty()) return {.fault = HttpReply::Fault::close};
    HttpReply next = std::move(nexts_.front());
    nexts_.pop_front();
    return next;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<HttpReply> nexts_;
  std::deque<HttpReceived> posts_;
  int waiting_ = 0;
  bool ended_ = false;
  HttpServer server_{[this](const HttpReceived& received) { return answer(received); }};  // last: it uses the rest
};

}  // namespace leftfold::test_lambda
