// SPDX-License-Identifier: Apache-2.0
// What the keeper of leases and the publishing thread tell each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/publisher/lease_name.h"

namespace leftfold::inline v0::runtime {

/// A lease that this process owns. Plain value.
struct Hold {
  std::string lease;
  std::int64_t number = 0;         ///< of this time of owning it; what is said of an earlier one is ignored
  std::optional<ShardName> shard;  ///< none: it is kRepairLease
  std::string checkpoint;          ///< where to go on
  bool closed = false;             ///< the shard takes no more
};

/// A hold began or ended. Plain value.
struct HoldChange {
  Hold hold;
  bool lost = false;
};

/// How far the work of a hold is, with all its cursors stored. Plain value.
struct HoldProgress {
  std::string lease;
  std::int64_t number = 0;
  std::string checkpoint;
  bool finished = false;  ///< for good
  std::string note;
};

}  // namespace leftfold::inline v0::runtime
