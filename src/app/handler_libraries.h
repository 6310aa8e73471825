// SPDX-License-Identifier: Apache-2.0
// Opens shared libraries of handlers.
#pragma once

#include <filesystem>
#include <string>

#include <leftfold/handler_library.h>

namespace leftfold::inline v0::app {

/// A library that fits this program. Plain value; the library stays loaded until the process ends, whoever forgets it:
/// names in handlers' infos, functions that threads still run and exceptions on their way all lie in it.
struct OpenLibrary {
  void* handle = nullptr;  ///< the same for the same file
  HandlerLibrary says{};
};

/// Opens a library and asks what it is; registers nothing. A path without a slash is of the working folder: the
/// system's search path is not looked at. Throws Error(not_found) for a file that is missing, invalid_argument for one
/// that is no library of handlers, unsupported for one that was compiled with another leftfold or compiler, each with
/// the next step.
[[nodiscard]] OpenLibrary open_library(const std::filesystem::path& path);

}  // namespace leftfold::inline v0::app
