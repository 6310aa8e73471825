// SPDX-License-Identifier: Apache-2.0
// Which aggregates may have parked events.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace leftfold::inline v0::detail {

/// A set of aggregate ids that is asked for every event, by all workers: a Bloom filter of one hash stands before it,
/// so that an event of an aggregate without a mark costs one load and no lock. Its bits are cleared when the set is
/// empty. Any thread.
class ParkedMarks {
 public:
  void add(std::string_view aggregate);
  void add(std::span<const std::string> aggregates);
  void remove(std::string_view aggregate);
  /// False: it has no mark.
  [[nodiscard]] bool contains(std::string_view aggregate) const;

 private:
  static constexpr std::size_t kBits = 4096;
  static constexpr std::size_t kWord = 64;
  [[nodiscard]] static std::size_t bit_of(std::string_view aggregate) noexcept;
  void insert(std::string_view aggregate);  // with mutex_ held

  std::array<std::atomic<std::uint64_t>, kBits / kWord> bits_{};
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> aggregates_;
};

}  // namespace leftfold::inline v0::detail
