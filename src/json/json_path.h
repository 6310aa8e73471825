// SPDX-License-Identifier: Apache-2.0
// Where in a JSON text a byte lies.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leftfold::inline v0::json {

/// The path of the value at byte `offset` of `text`, as JsonError::path() gives it; of the enclosing place when no
/// value starts there. Works on any bytes, as it is asked about broken texts; costs a walk over the text, so that
/// reading and writing need not keep a path for the rare error.
[[nodiscard]] std::string path_at(std::string_view text, std::size_t offset);

}  // namespace leftfold::inline v0::json
