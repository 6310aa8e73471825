// SPDX-License-Identifier: Apache-2.0
// AWS Signature Version 4 of requests.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <leftfold/types.h>

#include "http/request.h"

namespace leftfold::inline v0::http {

/// What signs a request. Plain value; never log it.
struct Credentials {
  std::string access_key_id = {};
  std::string secret_access_key = {};
  std::string session_token = {};         ///< empty for long-lived keys
  std::optional<Timestamp> expires = {};  ///< empty: they do not
};

/// Signs requests for one service in one region. Any thread.
class Signer {
 public:
  /// Throws Error(internal) when the crypto library has no SHA-256.
  Signer(std::string region, std::string service);
  ~Signer();
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  /// Sets X-Amz-Date, X-Amz-Security-Token (or removes it when there is no token) and Authorization; signing again
  /// replaces them. Signs every header but those that proxies and clients change on the way; the body's hash is part of
  /// it. `now` is the service's idea of the time. Throws Error(invalid_argument) for an address without a host.
  void sign(Request& request, const Credentials& credentials, Timestamp now) const;

  [[nodiscard]] const std::string& region() const noexcept { return region_; }
  [[nodiscard]] const std::string& service() const noexcept { return service_; }

 private:
  class DayKey;
  std::string region_;
  std::string service_;
  std::unique_ptr<DayKey> day_key_;  // the key derived last
};

}  // namespace leftfold::inline v0::http
