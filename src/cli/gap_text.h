// SPDX-License-Identifier: Apache-2.0
// How long, for people: 25ms, 3.2s, 4m 10s, 2h 05m, 3d 4h.
#pragma once

#include <chrono>
#include <string>

namespace leftfold::inline v0::cli {

/// The two largest units that count; a minus in front for what is negative.
[[nodiscard]] std::string gap_text(std::chrono::milliseconds gap);

}  // namespace leftfold::inline v0::cli
