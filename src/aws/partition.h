// SPDX-License-Identifier: Apache-2.0
// The partitions of AWS: separate clouds with domains of their own.
#pragma once

#include <string_view>

namespace leftfold::inline v0::aws {

struct Partition {
  std::string_view id;
  std::string_view suffix;             ///< "amazonaws.com"
  std::string_view dual_stack_suffix;  ///< "api.aws"
};

/// The partition that `region` belongs to, by its prefix; "aws" for regions that nobody knows yet.
[[nodiscard]] const Partition& partition_of(std::string_view region) noexcept;

}  // namespace leftfold::inline v0::aws
