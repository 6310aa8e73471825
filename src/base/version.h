// SPDX-License-Identifier: Apache-2.0
// Which leftfold this is.
#pragma once

#include <string_view>

namespace leftfold::inline v0::base {

inline constexpr std::string_view kVersion = "0.1.0";  // that of project() in CMakeLists.txt; a test compares

}  // namespace leftfold::inline v0::base
