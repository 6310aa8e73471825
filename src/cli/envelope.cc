// SPDX-License-Identifier: Apache-2.0
#include "cli/envelope.h"

#include <leftfold/error.h>

#include "cli/text.h"

namespace leftfold::inline v0::cli {

std::string envelope_end() {
  return R"(,"status":"pass","diagnostics":[]})"
         "\n";
}

std::string envelope_end(std::string_view code, std::string_view message) {
  std::string text = R"(,"status":"error","diagnostics":[{"code":)";
  append_json_string(text, code);
  text += R"(,"message":)";
  append_json_string(text, message);
  return text += "}]}\n";
}

std::string_view code_of(const std::exception& failure) noexcept {
  const auto* const error = dynamic_cast<const Error*>(&failure);
  return to_string(error == nullptr ? Errc::internal : error->code());
}

}  // namespace leftfold::inline v0::cli
