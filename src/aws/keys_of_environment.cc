// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>

#include "aws/key_source.h"

namespace leftfold::inline v0::aws {

Keys keys_of_environment(const KeyContext& context) {
  const std::string_view id = value_of(context.environment, "AWS_ACCESS_KEY_ID");
  const std::string_view secret = value_of(context.environment, "AWS_SECRET_ACCESS_KEY");
  if (id.empty() && secret.empty()) return Keys::none("AWS_ACCESS_KEY_ID is not set");
  if (id.empty() || secret.empty()) {
    throw Error{Errc::invalid_config, id.empty() ? "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID; set both"
                                                 : "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY; set both"};
  }
  return Keys::of({std::string{id}, std::string{secret},
                   std::string{value_of(context.environment, "AWS_SESSION_TOKEN")}, std::nullopt});
}

}  // namespace leftfold::inline v0::aws
