// SPDX-License-Identifier: Apache-2.0
// Single values of STS's answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leftfold::inline v0::aws {

/// The text of the first element called `name` that holds text alone, entities resolved; empty when there is none or it
/// is malformed.
[[nodiscard]] std::optional<std::string> xml_text(std::string_view xml, std::string_view name);

}  // namespace leftfold::inline v0::aws
