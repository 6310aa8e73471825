// SPDX-License-Identifier: Apache-2.0
// The security token service: temporary credentials for a role.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
#pragma once

#include <optional>
#include <string>

#include "aws/key_source.h"
#include "http/sigv4.h"

namespace leftfold::inline v0::aws {

struct Role {
  std::string arn;
  std::string session_name = {};  ///< empty: one is made up
  std::string external_id = {};
  std::string duration_seconds = {};  ///< empty: the service's default
};

/// Both throw Error: permission_denied with STS's own words when it refuses, unavailable when it does not answer or has
/// too much to do, invalid_data for an answer that does not decode.
[[nodiscard]] http::Credentials assume_role(const Role& role, const http::Credentials& base, const KeyContext& context);
/// `token_file` is read anew: whoever wrote it renews it.
[[nodiscard]] http::Credentials assume_role_with_web_identity(const Role& role, const std::string& token_file,
                                                              const KeyContext& context);

}  // namespace leftfold::inline v0::aws
