// SPDX-License-Identifier: Apache-2.0
// A client of the cart service.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "shop/customers.h"
#include "support/backoff.h"

namespace shop {

/// Sends steps to a cart service, each until it is answered: a step without an answer, or with 503, is sent again with
/// the same idempotency key, after a pause. One thread.
class CartClient {
 public:
  /// Throws leftfold::Error(invalid_argument) for a URL that is not http://HOST[:PORT].
  CartClient(const std::string& url, std::chrono::seconds patience, std::stop_token stop);
  ~CartClient();
  CartClient(CartClient&&) noexcept;
  CartClient& operator=(CartClient&&) = delete;

  /// Returns how it went. Throws CartRefused with 409; leftfold::Error(unavailable) when there is no answer for
  /// `patience`, stopped after the stop, invalid_data for any other answer.
  Done send(const Step& step);

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
  std::string url_;
  std::chrono::seconds patience_;
  std::stop_token stop_;
  examples::Backoff backoff_;
};

}  // namespace shop
