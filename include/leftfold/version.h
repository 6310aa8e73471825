// SPDX-License-Identifier: Apache-2.0
// The version of these headers. One rule for change: docs/guides/installing.md.
#pragma once

#include <string_view>

namespace leftfold::inline v0 {

/// As in CMakeLists.txt; a test compares.
inline constexpr int kVersionMajor = 0;
inline constexpr int kVersionMinor = 1;
inline constexpr int kVersionPatch = 0;
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace leftfold::inline v0
