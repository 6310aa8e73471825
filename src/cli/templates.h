// SPDX-License-Identifier: Apache-2.0
// The files of examples/templates, embedded at build time: what lfold init and lfold new write.
#pragma once

#include <span>
#include <string_view>

namespace leftfold::inline v0::cli {

/// A file: its folder there is a template's name, `common` or `stubs`. Texts that live as long as the program.
struct TemplateFile {
  std::string_view path;  ///< "cart/src/main.cc"
  std::string_view text;
};

[[nodiscard]] std::span<const TemplateFile> template_files() noexcept;
/// The text of the file of that path, which is one of them.
[[nodiscard]] std::string_view template_text(std::string_view path);

}  // namespace leftfold::inline v0::cli
