// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>

#include "aws/key_source.h"
#include "aws/sts.h"

namespace leftfold::inline v0::aws {

Keys keys_of_web_identity(const KeyContext& context) {
  const std::string file{value_of(context.environment, "AWS_WEB_IDENTITY_TOKEN_FILE")};
  if (file.empty()) return Keys::none("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  Role role{.arn = std::string{value_of(context.environment, "AWS_ROLE_ARN")},
            .session_name = std::string{value_of(context.environment, "AWS_ROLE_SESSION_NAME")}};
  if (role.arn.empty()) {
    throw Error{Errc::invalid_config, "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN; set both"};
  }
  return Keys::of(assume_role_with_web_identity(role, file, context));
}

}  // namespace leftfold::inline v0::aws
