// Files that are there as a whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace leftfold::cli {

/// Puts `text` in place of the file: readers see the old one or the new one. `what` and `flag` go into messages:
/// "metrics file", "--metrics-file". Throws Error(unavailable, storage_full, permission_denied); the old file is as it
/// was.
void write_whole_file(const std::filesystem::path& file, std::string_view text, std::string_view what,
                      std::string_view flag);

}  // namespace leftfold::cli
