// What this process is called in letters, claims and votes.
#pragma once

#include <string>

namespace leftfold::detail {

/// "host:pid".
[[nodiscard]] std::string node_name();

}  // namespace leftfold::detail
