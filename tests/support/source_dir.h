// SPDX-License-Identifier: Apache-2.0
// Where the checkout lies, for tests that read its pages.
#pragma once

#include <filesystem>

namespace leftfold::test_support {

/// The root of the checkout this was built from. A path of its own, not __FILE__: a compiler cache makes that relative.
[[nodiscard]] std::filesystem::path source_dir();

}  // namespace leftfold::test_support
