// SPDX-License-Identifier: Apache-2.0
#include "cli/templates.h"

#include <algorithm>
#include <string>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {

std::string_view template_text(std::string_view path) {
  const auto files = template_files();
  const auto at =
      std::find_if(files.begin(), files.end(), [path](const TemplateFile& file) { return file.path == path; });
  if (at == files.end()) throw Error{Errc::not_found, "no template " + std::string{path}};
  return at->text;
}

}  // namespace leftfold::inline v0::cli
