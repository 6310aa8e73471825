// SPDX-License-Identifier: Apache-2.0
// Reads leftfold.toml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

/// One value of a file, as text.
struct FileValue {
  enum class Type { text, integer, number, boolean, list, table, other };
  std::vector<std::string> key;  ///< "handlers", "SendReceipt", "retry", "base"
  Type type = Type::other;       ///< table: an empty one
  std::string value;             ///< as in a variable, a list with commas; empty for table and other
  unsigned line = 0;             ///< from 1
};

/// "text", as the file's author knows it.
[[nodiscard]] std::string_view to_string(FileValue::Type type) noexcept;

/// The values of the file that `config` names, in its order; none when that is the default and there is no such file.
/// Throws Error(invalid_config) that names the file, and for malformed TOML the line and column.
[[nodiscard]] std::vector<FileValue> read_settings_file(const Setting& config);

}  // namespace leftfold::inline v0::app
