// SPDX-License-Identifier: Apache-2.0
// Lambda's runtime API on a port of this machine, answering as a test says.
#pragma once

#include <cstddef>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "support/http_server.h"

namespace leftfold::test_lambda {

using test_support::HttpReceived;
using test_support::HttpReply;
using test_support::HttpServer;

inline const std::string kBase = "/2018-06-01/runtime/";

/// An invocation as Lambda hands it out.
inline HttpReply invocation(const std::string& id, std::string payload) {
  return {.status = 200,
          .headers = {{"Lambda-Runtime-Aws-Request-Id", id},
                      {"Lambda-Runtime-Deadline-Ms", "4000000000000"},
                      {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:f"},
                      {"Lambda-Runtime-Trace-Id", "Root=1-" + id + ";Sampled=1"},
                      {"Content-Type", "application/json"}},
          .body = std::move(payload)};
}

/// Hands out `nexts` to one GET invocation/next each; once they are used up it requests the stop of the loop and gives
/// no answer. Answers POSTs by `posts` as long as there are some, then with 202. Any thread.
class FakeRuntimeApi {
 public:
  explicit FakeRuntimeApi(std::vector<HttpReply> nexts, std::vector<HttpReply> posts = {})
      : nexts_{std::move(nexts)},
        posts_{std::move(posts)},
        server_{[this](const HttpReceived& received) { return answer(received); }} {}

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
  void request_stop() { stop_.request_stop(); }
  /// What was posted, in order; the paths without kBase.
  [[nodiscard]] std::vector<HttpReceived> posted() const {
    std::vector<HttpReceived> posts;
    for (HttpReceived& received : server_.requests()) {
      if (received.method != "POST") continue;
      EXPECT_TRUE(received.target.starts_with(kBase)) << received.target;
      received.target = received.target.substr(kBase.size());
      posts.push_back(std::move(received));
    }
    return posts;
  }
  [[nodiscard]] std::size_t asked_for_next() const {
    std::size_t count = 0;
    for (const HttpReceived& received : server_.requests())
      count += received.target == kBase + "invocation/next" ? 1U : 0U;
    return count;
  }
  [[nodiscard]] int connections() const { return server_.connections(); }
  void wait_for_requests(std::size_t count) const { server_.wait_for_requests(count); }

 private:
  HttpReply answer(const HttpReceived& received) {
    const std::scoped_lock lock{mutex_};
    if (received.method == "POST")
      return posts_done_ < posts_.size() ? posts_[posts_done_++] : HttpReply{.status = 202};
    if (nexts_done_ < nexts_.size()) return nexts_[nexts_done_++];
    stop_.request_stop();
    return {.fault = HttpReply::Fault::stall};
  }

  std::mutex mutex_;
  std::vector<HttpReply> nexts_, posts_;
  std::size_t nexts_done_ = 0, posts_done_ = 0;
  std::stop_source stop_;
  HttpServer server_;  // last: its threads use the rest
};

}  // namespace leftfold::test_lambda
