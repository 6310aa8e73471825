// SPDX-License-Identifier: Apache-2.0
// "Did you mean ...?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace leftfold::inline v0::app {

/// The known name that `wanted` is most likely a misspelling of; empty when none is near: more than a third of the
/// letters, and at least two, would have to change. Distance: optimal string alignment (Damerau 1964, restricted).
[[nodiscard]] std::string_view nearest(std::string_view wanted, std::span<const std::string_view> known);

/// `; did you mean "store"?`, or empty when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> known);

}  // namespace leftfold::inline v0::app
