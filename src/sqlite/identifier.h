// SPDX-License-Identifier: Apache-2.0
// Names in SQL that is put together.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::sqlite {

/// A name in double quotes, whatever is in it.
[[nodiscard]] inline std::string identifier(std::string_view name) {
  std::string text{'"'};
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text.append(1, '"');
}

}  // namespace leftfold::inline v0::sqlite
