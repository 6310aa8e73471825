// SPDX-License-Identifier: Apache-2.0
// What a store says of itself, for `store status`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace leftfold::inline v0::app {

/// One fact. `name` is a text that lives as long as the program: "wal_bytes". Plain value.
struct StoreFact {
  std::string_view name;
  std::variant<std::int64_t, std::string> value;
};

}  // namespace leftfold::inline v0::app
