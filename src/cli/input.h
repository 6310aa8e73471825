// What is read from a file or from stdin.
#pragma once

#include <string>

#include "cli/context.h"

namespace leftfold::cli {

/// All of a file; "-" is stdin. Throws Error(not_found, permission_denied, unavailable) that names the file.
[[nodiscard]] std::string read_input(const Context& context, const std::string& file);

}  // namespace leftfold::cli
