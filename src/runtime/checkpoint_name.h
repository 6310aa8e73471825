// SPDX-License-Identifier: Apache-2.0
// Under which name a read model keeps a projector's checkpoint of one partition.
#pragma once

#include <cstdint>
#include <string>

namespace leftfold::inline v0::detail {

/// Of the first partition the projector's own name, which a store without partitions always used.
[[nodiscard]] inline std::string checkpoint_name(const std::string& projector, std::int32_t partition) {
  return partition == 0 ? projector : projector + "/" + std::to_string(partition);
}

}  // namespace leftfold::inline v0::detail
