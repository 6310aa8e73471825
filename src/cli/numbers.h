// SPDX-License-Identifier: Apache-2.0
// Numbers in flags and operands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "cli/flags.h"

namespace leftfold::inline v0::cli {

inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

/// A number from 0 that is the whole text.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text) noexcept;

/// Throws UsageError: `--limit is "0"; use a number from 1`.
[[noreturn]] void refuse_value(std::string_view flag, std::string_view value, std::string_view allowed);

/// The value of a flag that was given: a number from 1 to `most`, with `unit` behind it or not. Throws UsageError.
[[nodiscard]] std::int64_t positive_number(const Flags& flags, std::string_view flag, std::string_view unit,
                                           std::int64_t most, std::string_view allowed);

/// The value of --limit, kNoLimit without one. Throws UsageError.
[[nodiscard]] std::size_t limit_of(const Flags& flags);

}  // namespace leftfold::inline v0::cli
