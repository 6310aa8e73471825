// SPDX-License-Identifier: Apache-2.0
// Files that a command made for a person to go on with: written, listed on stdout.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/json_object.h"

namespace leftfold::inline v0::cli {

struct NewFile {
  std::filesystem::path path;  ///< below the folder that it is written to
  std::string text;
};

/// Writes them below `folder`, whose folders are made; a line a file on stdout, with --json `files` in the document
/// and beside it the members of `more`. Throws CommandFailed (refused) when one is there already: then nothing is
/// written; and as WholeFile: then those before it are.
void write_new_files(Context& context, const std::filesystem::path& folder, const std::vector<NewFile>& files,
                     const JsonObject& more);

}  // namespace leftfold::inline v0::cli
