// SPDX-License-Identifier: Apache-2.0
// Reasons and classes of dead letters by the names they are stored under.
#pragma once

#include <optional>
#include <string_view>

#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0::detail {

// What to_string() gave; nothing for any other text.
[[nodiscard]] std::optional<ParkReason> park_reason(std::string_view name) noexcept;
[[nodiscard]] std::optional<FailureClass> failure_class(std::string_view name) noexcept;

}  // namespace leftfold::inline v0::detail
