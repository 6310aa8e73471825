// SPDX-License-Identifier: Apache-2.0
// A transport whose answers the test writes.
#pragma once

#include <zlib.h>

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "dynamodb/transport.h"

namespace leftfold::test_dynamodb {

/// Answers in the order they were given; throws std::out_of_range when it is asked more often. One thread at a time.
class FakeTransport final : public dynamodb::Transport {
 public:
  struct Sent {
    std::string operation;
    std::string body;
    Timestamp now{};
  };

  FakeTransport& answers(int status, std::string body, std::vector<http::Header> headers = {}) {
    script_.emplace_back([status, body = std::move(body), headers = std::move(headers)] {
      http::Response response;
      response.status = status;
      response.body = body;
      response.headers = headers;
      return response;
    });
    return *this;
  }
  /// The service's refusal of this type.
  FakeTransport& refuses(int status, const std::string& type, const std::string& members = {},
                         std::vector<http::Header> headers = {}) {
    return answers(status, R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + type + "\"" + members + "}",
                   std::move(headers));
  }
  /// Does `what` while the request is on its way.
  FakeTransport& does(std::function<http::Response()> what) {
    script_.emplace_back(std::move(what));
    return *this;
  }
  /// The request is sent and nothing comes back, or it is not even sent.
  FakeTransport& fails(Errc code) {
    script_.emplace_back([code]() -> http::Response { throw Error{code, "the connection was reset"}; });
    return *this;
  }

  dynamodb::Exchange send(std::string_view operation, const std::string& body, Timestamp now,
                          const std::stop_token&) override {
    sent.push_back({std::string{operation}, body, now});
    const auto next = script_.at(0);
    script_.pop_front();
    return {next(), nullptr};
  }
  void refused(const std::shared_ptr<const http::Credentials>&) noexcept override { ++refused_credentials; }

  [[nodiscard]] bool used_up() const { return script_.empty(); }

  std::vector<Sent> sent;
  int refused_credentials = 0;

 private:
  std::deque<std::function<http::Response()>> script_;
};

}  // namespace leftfold::test_dynamodb
