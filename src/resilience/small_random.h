// SPDX-License-Identifier: Apache-2.0
// A small seedable source of random numbers, for jitter.
#pragma once

#include <cstdint>

namespace leftfold::inline v0::detail {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014). Eight bytes of state
/// and any seed is a good one, unlike with the generators of <random>; the same on every platform, so a seed that a
/// test prints repeats its run. One thread at a time.
class SmallRandom {
 public:
  explicit SmallRandom(std::uint64_t seed) noexcept : state_{seed} {}

  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// In [0, 1).
  [[nodiscard]] double unit() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace leftfold::inline v0::detail
