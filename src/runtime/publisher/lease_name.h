// SPDX-License-Identifier: Apache-2.0
// How a Publisher names the leases of its group.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leftfold::inline v0::runtime {

/// A shard of a stream, as its lease names it. Plain value.
struct ShardName {
  std::string stream;
  std::string shard;
  bool operator==(const ShardName&) const = default;
  auto operator<=>(const ShardName&) const = default;
};

/// The lease of the work that finds and publishes what the stream lost.
inline constexpr std::string_view kRepairLease = "repair";

/// How the note of a shard's lease ends that was read to its end, and whose place cannot get there because an event of
/// it is blocked. The lease is kept and the event tried again, and the shards that follow may be read.
inline constexpr std::string_view kReadToEnd = "read to its end, and an event of it is blocked";

/// "shard/<stream>/<shard>".
[[nodiscard]] std::string lease_name(const ShardName& name);
/// The shard that a lease is for; nothing when it is another one, such as kRepairLease.
[[nodiscard]] std::optional<ShardName> shard_of(std::string_view lease_name);

}  // namespace leftfold::inline v0::runtime
