// SPDX-License-Identifier: Apache-2.0
// Names from outside, made fit for an error message.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::detail {

// `"cart-42"`: in quotes, bytes outside printable ASCII and UTF-8 as \xNN, cut after 80 bytes.
[[nodiscard]] std::string in_quotes(std::string_view name);

}  // namespace leftfold::inline v0::detail
