// SPDX-License-Identifier: Apache-2.0
// The transport to a real endpoint.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials.h"
#include "dynamodb/transport.h"
#include "http/client.h"
#include "http/sigv4.h"

namespace leftfold::inline v0::dynamodb {

/// DynamoDB over HTTP, JSON 1.0. Any thread; a connection per request running at the same time.
class HttpTransport final : public Transport {
 public:
  struct Options {
    std::string endpoint_url;  ///< without a slash at the end
    std::string region;        ///< the one to sign for
    std::string target = "DynamoDB_20120810";
    std::shared_ptr<aws::CredentialsSource> credentials;
    http::ClientOptions http;
  };
  explicit HttpTransport(Options options);

  [[nodiscard]] Exchange send(std::string_view operation, const std::string& body, Timestamp now,
                              const std::stop_token& stop) override;
  void refused(const std::shared_ptr<const http::Credentials>& credentials) noexcept override;

 private:
  const Options options_;
  http::Client http_;
  http::Signer signer_;
};

}  // namespace leftfold::inline v0::dynamodb
