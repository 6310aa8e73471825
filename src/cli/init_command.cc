// SPDX-License-Identifier: Apache-2.0
// The command init: a new program from a template.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "app/address.h"
#include "app/nearest.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/cpp_names.h"
#include "cli/exit_code.h"
#include "cli/lfold_only.h"
#include "cli/templates.h"
#include "cli/written_files.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<std::string_view, 2> kTemplates{"minimal", "cart"};

std::string template_of(const Flags& flags) {
  std::string name = flags.value("--template", kTemplates.front());
  if (std::find(kTemplates.begin(), kTemplates.end(), name) == kTemplates.end()) {
    throw UsageError{"--template is \"" + name + "\"" + app::did_you_mean(name, kTemplates) + "; use minimal or cart"};
  }
  return name;
}

void refuse_used(const std::filesystem::path& folder) {
  std::error_code failed;
  const std::filesystem::file_status there = std::filesystem::status(folder, failed);
  if (!std::filesystem::exists(there)) return;
  if (!std::filesystem::is_directory(there)) {
    throw CommandFailed{kRefused, "refused", folder.string() + " is there and is no folder; choose another name"};
  }
  if (!std::filesystem::is_empty(folder, failed) || failed) {
    throw CommandFailed{kRefused, "refused",
                        folder.string() + " is not empty, and nothing in it is replaced; choose a new or empty folder"};
  }
}

/// What the program keeps its events in; the text goes into a file of TOML.
std::string store_of(const Context& context, const std::string& project) {
  if (context.line.flags.count("--store") == 0) return "sqlite:" + project + ".db";
  const Setting& setting = context.program.settings.get("store");
  (void)app::store_address(setting);  // throws
  return setting.value;
}

std::string toml_text(const std::string& value) { return replaced(replaced(value, "\\", "\\\\"), "\"", "\\\""); }

}  // namespace

int init_project(Context& context) {
  expect_lfold(context);
  const std::string& operand = context.line.flags.rest.front();
  const std::string chosen = template_of(context.line.flags);
  const std::filesystem::path folder{operand};
  std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "shop/", "."
  const std::string project = whole.filename().string();
  check_project_name(project);
  const std::string store = store_of(context, project);
  refuse_used(folder);

  const std::string stands_for = chosen + "_app";
  std::vector<NewFile> files;
  for (const TemplateFile& file : template_files()) {
    const std::string_view of = file.path.substr(0, file.path.find('/'));
    if (of != chosen && of != "common") continue;
    std::string text{file.text};
    if (file.path.ends_with("/leftfold.toml")) {
      text = replaced(text, "\"sqlite:" + stands_for + ".db\"", "\"" + toml_text(store) + "\"");
    }
    files.push_back({file.path.substr(of.size() + 1), replaced(text, stands_for, project)});
  }
  std::sort(files.begin(), files.end(), [](const NewFile& a, const NewFile& b) { return a.path < b.path; });
  write_new_files(context, folder, files,
                  JsonObject{}.text("project", project).text("template", chosen).text("store", store));
  hint(context, "next:");
  if (operand != ".") hint(context, "  cd " + operand);
  hint(context, "  cmake --preset dev && cmake --build --preset dev && ctest --preset dev");
  hint(context, "  build/dev/" + project + " help    # README.md has more to try");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
