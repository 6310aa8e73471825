// SPDX-License-Identifier: Apache-2.0
// Numbers as decimal digits, exactly as JSON writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leftfold::inline v0::json {

/// The value 0.D1D2D3... * 10^exponent, without a zero at either end of the digits; zero has no digits.
/// Plain value.
struct Decimal {
  bool negative = false;  ///< never for zero
  std::string digits;
  std::int64_t exponent = 0;

  bool operator==(const Decimal&) const = default;
};

/// Reads a number of JSON (RFC 8259 section 6). Empty when `text` is anything else, or its exponent is beyond any use
/// (more than 9 digits).
[[nodiscard]] std::optional<Decimal> read_decimal(std::string_view text);

}  // namespace leftfold::inline v0::json
