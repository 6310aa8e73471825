// SPDX-License-Identifier: Apache-2.0
// A hash that is the same in every run, program and compiler.
#pragma once

#include <cstdint>
#include <string_view>

namespace leftfold::inline v0::base {

inline constexpr std::uint64_t kFnvStart = 14695981039346656037U;

/// FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/) of `text`, behind what `hash` has seen.
[[nodiscard]] constexpr std::uint64_t fnv1a64(std::string_view text, std::uint64_t hash = kFnvStart) noexcept {
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
  return hash;
}

}  // namespace leftfold::inline v0::base
