// Whether two JSON texts say the same.
#pragma once

#include <string_view>

namespace leftfold::json {

/// True when both documents hold the same values: members in any order, numbers equal as exact decimals, white space
/// and escapes as they like. Throws JsonError for a text that is malformed, nested deeper than 32 levels, or names a
/// member twice.
[[nodiscard]] bool same_document(std::string_view a, std::string_view b);

}  // namespace leftfold::json
