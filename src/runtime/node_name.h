// SPDX-License-Identifier: Apache-2.0
// What this process is called in letters, claims and votes.
#pragma once

#include <string>

namespace leftfold::inline v0::detail {

/// "host:pid".
[[nodiscard]] std::string node_name();

}  // namespace leftfold::inline v0::detail
