// SPDX-License-Identifier: Apache-2.0
// Times and durations as text: RFC 3339 in UTC and ISO 8601 durations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <leftfold/json/type.h>

namespace leftfold::inline v0::json {

/// Room that the writers need.
inline constexpr std::size_t kTimeSize = 64;

/// Writes "2026-11-23T09:41:07.5Z", with as many fraction digits as needed, and returns the end; null when the year is
/// not within 0 to 9999.
[[nodiscard]] char* write_time(char* out, const TimeType& type, std::int64_t ticks);
/// Writes "PT1.5S" and returns the end; null from 2^63 seconds on.
[[nodiscard]] char* write_duration(char* out, const TimeType& type, std::int64_t ticks);

enum class TimeText { good, malformed, too_precise, out_of_range };

/// Reads RFC 3339 with "Z" or an offset, into ticks. No leap seconds: system_clock has none.
[[nodiscard]] TimeText read_time(std::string_view text, const TimeType& type, std::int64_t& ticks);
/// Reads "P[n]W[n]DT[n]H[n]M[n.n]S", each part optional, with an optional sign in front, into ticks. Years and months
/// are malformed, as their length is not fixed.
[[nodiscard]] TimeText read_duration(std::string_view text, const TimeType& type, std::int64_t& ticks);

}  // namespace leftfold::inline v0::json
