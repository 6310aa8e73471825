// SPDX-License-Identifier: Apache-2.0
// What of the configuration may be shown.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::app {

/// Stands for a value that is not shown.
inline constexpr std::string_view kHidden = "set";

/// Whether the value of a setting, property or variable of this name is not for everybody: a password, a secret, a
/// token, a key or what may hold one. Rather too many than one too few.
[[nodiscard]] bool is_secret(std::string_view name);

/// `value` as it may be shown: kHidden instead of that of a secret, and without the password in an address
/// ("http://user:set@host").
[[nodiscard]] std::string redacted(std::string_view name, std::string_view value);

/// `text` without the passwords in its addresses, of which it may have several.
[[nodiscard]] std::string without_passwords(std::string_view text);

}  // namespace leftfold::inline v0::app
