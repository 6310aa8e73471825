// SPDX-License-Identifier: Apache-2.0
// Port: one signed exchange with DynamoDB.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <leftfold/types.h>

#include "http/response.h"
#include "http/sigv4.h"

namespace leftfold::inline v0::dynamodb {

struct Exchange {
  http::Response response;
  std::shared_ptr<const http::Credentials> signed_with;
};

/// Any thread. Must outlive its users.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends one request for `operation` ("PutItem"), signed as of `now`, and returns the answer, whatever its status.
  /// Throws as http::Client::send and aws::CredentialsSource::credentials do: in_doubt when the request left and no
  /// complete answer came, any other code when it was not processed.
  [[nodiscard]] virtual Exchange send(std::string_view operation, const std::string& body, Timestamp now,
                                      const std::stop_token& stop) = 0;

  /// The service refused these credentials as expired: the next request is signed with new ones.
  virtual void refused(const std::shared_ptr<const http::Credentials>& credentials) noexcept = 0;
};

}  // namespace leftfold::inline v0::dynamodb
