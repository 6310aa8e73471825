// SPDX-License-Identifier: Apache-2.0
// Where the keys that sign requests come from.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/log.h>

#include "aws/environment.h"
#include "http/client_options.h"
#include "http/sigv4.h"

namespace leftfold::inline v0::aws {

/// Port: gives the credentials of now. Any thread. Must outlive its users.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;

  /// Credentials that are not expired, cheap to call before every request. Throws Error: invalid_config when no source
  /// has any (the text lists each and why it gave nothing), unavailable when a source that is set up does not answer
  /// now, permission_denied when it refuses or gave expired ones, invalid_data for an answer that does not decode,
  /// stopped.
  [[nodiscard]] virtual std::shared_ptr<const http::Credentials> credentials(const std::stop_token& stop = {}) = 0;

  /// The service refused `used` (ExpiredToken, UnrecognizedClient): the next call of credentials() gets new ones,
  /// unless they were replaced already.
  virtual void refused(const std::shared_ptr<const http::Credentials>& used) noexcept = 0;
};

struct CredentialsOptions {
  Environment environment = {};                         ///< as process_environment() returns it
  std::optional<http::Credentials> fixed = {};          ///< explicit ones: nothing else is asked
  std::string profile = {};                             ///< instead of AWS_PROFILE
  std::string region = {};                              ///< whose STS is asked to assume a role; empty: us-east-1
  http::ClientOptions http = {};                        ///< for STS: CA bundle, proxies
  std::string container_host = "http://169.254.170.2";  ///< whom AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is relative to
  Clock* clock = nullptr;                               ///< null: the machine's
  Logger* log = nullptr;                                ///< null: none
};

/// The chain, in this order: explicit; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; web identity
/// (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN); the shared config and credentials files; the container's endpoint;
/// the instance's (IMDSv2). The first that has any is kept; temporary ones are renewed before they end, by one caller
/// while the others use the old ones. Nothing is asked before the first call.
/// Throws Error(invalid_argument) for explicit ones that are incomplete.
[[nodiscard]] std::shared_ptr<CredentialsSource> default_credentials(CredentialsOptions options);

}  // namespace leftfold::inline v0::aws
