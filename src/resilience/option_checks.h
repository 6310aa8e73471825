// SPDX-License-Identifier: Apache-2.0
// The checks that options have in common.
#pragma once

#include <chrono>
#include <string_view>

namespace leftfold::inline v0::detail {

/// No time among the options is longer, so that adding one to an Instant cannot overflow.
inline constexpr std::chrono::milliseconds kLongestOption = std::chrono::hours{24 * 365};

/// Throws Error(invalid_config) that names the field, its value and what is allowed, unless `low` <= value <= `high`.
void check_between(std::string_view field, double value, double low, double high);
void check_between(std::string_view field, std::chrono::milliseconds value, std::chrono::milliseconds low,
                   std::chrono::milliseconds high = kLongestOption);

}  // namespace leftfold::inline v0::detail
