// SPDX-License-Identifier: Apache-2.0
// Which payloads: `--where address.city=Rome`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/json_value.h>

namespace leftfold::inline v0::cli {

/// One PATH=VALUE. The path's steps are members' names with dots between them; on an array a number is an element, any
/// other step looks into each of them. `\.`, `\=` and `\\` are a dot, an equals sign and a backslash in a name. A value
/// is found when it is a string of this text, or a number, true, false or null that is written like it (numbers equal
/// as decimals: 2 finds 2.0). Immutable.
class PayloadTest {
 public:
  /// Throws UsageError that names the flag.
  PayloadTest(std::string_view flag, std::string_view text);

  /// False for what is no JSON.
  [[nodiscard]] bool holds(std::string_view payload) const;

 private:
  [[nodiscard]] bool may_hold(std::string_view payload) const noexcept;
  [[nodiscard]] bool found_in(const Json& value, std::size_t step) const;
  [[nodiscard]] bool is_value(const Json& value) const;

  std::vector<std::string> path_;
  std::string value_;
  std::optional<Json> number_;
};

}  // namespace leftfold::inline v0::cli
