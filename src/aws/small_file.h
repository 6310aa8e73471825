// SPDX-License-Identifier: Apache-2.0
// Reading small files: configuration, keys, tokens.
#pragma once

#include <optional>
#include <string>

namespace leftfold::inline v0::aws {

/// What is in `path`; empty when there is no such file. Throws Error(permission_denied) when it may not be read,
/// unavailable when it cannot, invalid_data over 1 MB.
[[nodiscard]] std::optional<std::string> read_small_file(const std::string& path);

}  // namespace leftfold::inline v0::aws
