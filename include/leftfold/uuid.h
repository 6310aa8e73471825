// SPDX-License-Identifier: Apache-2.0
// UUIDs: the identity of events.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// A 128-bit UUID (RFC 9562). Immutable value; the default is the nil UUID.
class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_{bytes} {}

  /// A new version 7 UUID: `now` in milliseconds, then a counter, then random bits (RFC 9562 section 5.7, method 1 of
  /// 6.2). Two calls in one process never return the same value, and later calls sort after earlier ones as long as
  /// `now` does not go back by more than a minute. Throws Error(unavailable) when the kernel gives no random bytes.
  /// Any thread.
  [[nodiscard]] static Uuid v7(Timestamp now);
  /// Reads the 36-character form, in either case. Empty when the text is not a UUID.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text) noexcept;

  /// The 36-character form in lower case.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] constexpr bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  constexpr auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace leftfold::inline v0
