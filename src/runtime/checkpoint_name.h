// SPDX-License-Identifier: Apache-2.0
// Under which names a read model keeps a projector's checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace leftfold::inline v0::detail {

/// Of the first partition the projector's own name, which a store without partitions always used.
[[nodiscard]] inline std::string checkpoint_name(const std::string& projector, std::int32_t partition) {
  return partition == 0 ? projector : projector + "/" + std::to_string(partition);
}

/// Why a projector with a read model cannot have this name: what is kept under it there is another one's. Empty when it
/// can.
[[nodiscard]] inline std::string refused_name(const std::string& projector) {
  const auto in_use = [&](const char* what) {
    return "projector " + projector + ": in a read model, " + what + "; give it another name";
  };
  if (projector.find('#') != projector.npos) return in_use("'#' is for what is kept beside a projector's checkpoint");
  const std::size_t slash = projector.rfind('/');
  const bool is_partition = slash != projector.npos && slash + 1 < projector.size() &&
                            projector.find_first_not_of("0123456789", slash + 1) == projector.npos;
  return is_partition ? in_use("'/' and a number at the end are for a projector's partition") : "";
}

}  // namespace leftfold::inline v0::detail
