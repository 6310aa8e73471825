// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/http_transport.h"

#include <utility>

namespace leftfold::inline v0::dynamodb {

HttpTransport::HttpTransport(Options options)
    : options_{std::move(options)}, http_{options_.http}, signer_{options_.region, "dynamodb"} {}

Exchange HttpTransport::send(std::string_view operation, const std::string& body, Timestamp now,
                             const std::stop_token& stop) {
  const auto credentials = options_.credentials->credentials(stop);
  http::Request request;
  request.method = "POST";
  request.url = options_.endpoint_url + "/";
  request.headers.reserve(5);  // with those of the signature
  request.headers.push_back({"Content-Type", "application/x-amz-json-1.0"});
  request.headers.push_back({"X-Amz-Target", options_.target + '.'});
  request.headers.back().value += operation;
  request.body = body;
  signer_.sign(request, *credentials, now);
  return {http_.send(request, stop), credentials};
}

void HttpTransport::refused(const std::shared_ptr<const http::Credentials>& credentials) noexcept {
  options_.credentials->refused(credentials);
}

}  // namespace leftfold::inline v0::dynamodb
