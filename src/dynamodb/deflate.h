// SPDX-License-Identifier: Apache-2.0
// Deflated texts (RFC 1950).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0::dynamodb {

[[nodiscard]] Bytes deflated(std::string_view text);
/// The text of `size` bytes that was deflated; nothing when these bytes are another's, or damaged: its Adler-32 tells.
/// Limit `size` before: it is the memory that is taken.
[[nodiscard]] std::optional<std::string> inflated(const Bytes& bytes, std::size_t size);

}  // namespace leftfold::inline v0::dynamodb
