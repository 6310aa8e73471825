// SPDX-License-Identifier: Apache-2.0
// The format of AWS's config and credentials files.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace leftfold::inline v0::aws {

using IniValues = std::map<std::string, std::string>;  ///< keys are in lower case

struct IniSection {
  IniValues values = {};
  std::map<std::string, IniValues> nested = {};  ///< the indented lines below a key that has no value of its own
};

/// The sections of `text` by name, spaces at the ends and repeated ones taken out; sections of one name are one.
/// Throws Error(invalid_data) that names `file` and the line, never what stands in it: it may be a secret.
[[nodiscard]] std::map<std::string, IniSection> parse_ini(std::string_view text, std::string_view file);

}  // namespace leftfold::inline v0::aws
