// SPDX-License-Identifier: Apache-2.0
// Whether two JSON texts say the same.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::json {

/// One text for all documents that say the same: for hashing, not for reading. Throws as same_document().
[[nodiscard]] std::string canonical_document(std::string_view text);

/// True when both documents hold the same values: members in any order, numbers equal as exact decimals, white space
/// and escapes as they like. Throws JsonError for a text that is malformed, nested deeper than 32 levels, or names a
/// member twice.
[[nodiscard]] bool same_document(std::string_view a, std::string_view b);

}  // namespace leftfold::inline v0::json
