// SPDX-License-Identifier: Apache-2.0
// The tables of docs/reference/environment.md, made of what the code knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leftfold::inline v0::app {

/// Settings that are explained together: "general", "kafka" and so on.
[[nodiscard]] std::vector<std::string_view> setting_groups();

/// A table of Markdown with a row a setting of the group, in their order: variable, default, name, help, allowed
/// values. Throws Error(invalid_argument) for a group that is none.
[[nodiscard]] std::string settings_table(std::string_view group);

}  // namespace leftfold::inline v0::app
