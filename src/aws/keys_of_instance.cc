// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>

#include "aws/instance_metadata.h"
#include "aws/key_document.h"
#include "aws/key_source.h"

namespace leftfold::inline v0::aws {

Keys keys_of_instance(const KeyContext& context) {
  constexpr std::string_view kPath = "iam/security-credentials/";
  InstanceMetadata instance{context.environment, context.profiles};
  std::optional<std::string> role = instance.get(kPath, context.stop);
  if (!role) return Keys::none(instance.why_nothing());
  role->resize(std::min(role->find_first_of("\r\n"), role->size()));
  if (role->empty()) return Keys::none("the instance at " + instance.endpoint() + " has no role");
  const std::optional<std::string> keys = instance.get(std::string{kPath} + *role, context.stop);
  if (!keys) return Keys::none(instance.why_nothing());
  return Keys::of(
      parse_keys(KeyDocument::metadata, *keys, "role " + *role + " of the instance at " + instance.endpoint()));
}

}  // namespace leftfold::inline v0::aws
