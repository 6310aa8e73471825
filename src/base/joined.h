// SPDX-License-Identifier: Apache-2.0
// Names in one line, for messages.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::base {

/// The texts with `between` between them; empty for none.
template <class Texts>
[[nodiscard]] std::string joined(const Texts& texts, std::string_view between = ", ") {
  std::string all;
  bool first = true;
  for (const std::string_view text : texts) {
    if (!first) all += between;
    first = false;
    all += text;
  }
  return all;
}

}  // namespace leftfold::inline v0::base
