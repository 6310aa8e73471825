// SPDX-License-Identifier: Apache-2.0
// Versions, positions and times: distinct types, so that none can be passed for another.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace leftfold::inline v0 {

/// The number of an event within its aggregate; the first event is 0.
/// An aggregate's version is that of its last event; before the first event it is `Version::none()`.
/// Immutable value.
class Version {
 public:
  constexpr Version() = default;  ///< none()
  explicit constexpr Version(std::int64_t value) : value_{value} {}
  [[nodiscard]] static constexpr Version none() { return Version{-1}; }  ///< no event yet
  [[nodiscard]] constexpr std::int64_t value() const { return value_; }
  [[nodiscard]] constexpr Version next() const { return Version{value_ + 1}; }
  constexpr auto operator<=>(const Version&) const = default;

 private:
  std::int64_t value_ = -1;
};

/// The place of an event in a whole store (or in one partition of a broker); the first event of a store is 1.
/// Used as a checkpoint it means: everything up to and including this position is done.
/// Immutable value.
class Position {
 public:
  constexpr Position() = default;  ///< start()
  explicit constexpr Position(std::int64_t value) : value_{value} {}
  [[nodiscard]] static constexpr Position start() { return Position{0}; }  ///< before the first event
  [[nodiscard]] constexpr std::int64_t value() const { return value_; }
  [[nodiscard]] constexpr Position next() const { return Position{value_ + 1}; }
  constexpr auto operator<=>(const Position&) const = default;

 private:
  std::int64_t value_ = 0;
};

/// Wall-clock time, in milliseconds since 1970-01-01T00:00:00Z: what stores keep as committedAt.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Time for waits and deadlines; it never jumps. Only differences mean anything.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Raw bytes in an event or a state; base64 text in JSON.
using Bytes = std::vector<std::byte>;

}  // namespace leftfold::inline v0
