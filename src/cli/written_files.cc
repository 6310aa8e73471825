// SPDX-License-Identifier: Apache-2.0
#include "cli/written_files.h"

#include <system_error>

#include <leftfold/error.h>

#include "cli/command_failed.h"
#include "cli/exit_code.h"
#include "cli/rows.h"
#include "cli/whole_file.h"

namespace leftfold::inline v0::cli {

void write_new_files(Context& context, const std::filesystem::path& folder, const std::vector<NewFile>& files,
                     const JsonObject& more) {
  for (const NewFile& file : files) {
    std::error_code unknown;  // then writing tells
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder / file.path, unknown))) continue;
    throw CommandFailed{kRefused, "refused",
                        (folder / file.path).string() +
                            " is there already and is not replaced; move it away or choose "
                            "another name"};
  }
  Rows rows{context, "files", {{.title = "FILE"}}};
  for (const NewFile& file : files) {
    const std::filesystem::path path = folder / file.path;
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) {
      const bool denied = failed == std::errc::permission_denied || failed == std::errc::read_only_file_system;
      throw Error{denied ? Errc::permission_denied : Errc::unavailable,
                  "cannot make the folder " + path.parent_path().string() + ": " + failed.message()};
    }
    write_whole_file(path, file.text, "new file", "the folder");
    rows.add({path.lexically_normal().string()}, JsonObject{}.text("path", path.lexically_normal().string()));
  }
  rows.finish(more);
}

}  // namespace leftfold::inline v0::cli
