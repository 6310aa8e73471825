// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/lease_name.h"

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::string_view kPrefix = "shard/";

}  // namespace

std::string lease_name(const ShardName& name) { return std::string{kPrefix} + name.stream + "/" + name.shard; }

std::optional<ShardName> shard_of(std::string_view lease_name) {
  if (!lease_name.starts_with(kPrefix)) return std::nullopt;
  lease_name.remove_prefix(kPrefix.size());
  const std::size_t slash = lease_name.rfind('/');  // names of streams have slashes, ids of shards have none
  if (slash == std::string_view::npos) return std::nullopt;
  return ShardName{std::string{lease_name.substr(0, slash)}, std::string{lease_name.substr(slash + 1)}};
}

}  // namespace leftfold::inline v0::runtime
