// SPDX-License-Identifier: Apache-2.0
// Names of threads, as debuggers and top show them.
#pragma once

#include <string>

namespace leftfold::inline v0::detail {

/// Names the calling thread; a name longer than 15 characters is cut (the limit of Linux). Never fails.
void name_this_thread(std::string name) noexcept;

}  // namespace leftfold::inline v0::detail
