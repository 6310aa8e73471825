// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/version.h>

#include "app/address.h"
#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// `memory, sqlite`, or with quotes `"memory","sqlite"`.
std::string listed(const std::vector<std::string_view>& names, std::string_view between, std::string_view quote) {
  std::string text;
  for (const std::string_view name : names) {
    text += text.empty() ? "" : between;
    (((text += quote) += name) += quote);
  }
  return text;
}

}  // namespace

int show_version(Context& context) {
  Output out;
  if (context.json) {
    std::string text{kEnvelopeStart};
    text += "{\"program\":";
    append_json_string(text, context.program.name);
    text += ",\"leftfold\":";
    append_json_string(text, kVersion);
    text += ",\"stores\":[" + listed(app::built_stores(), ",", "\"") + "],\"brokers\":[" +
            listed(app::built_brokers(), ",", "\"") + "]}";
    out.write(text + envelope_end());
  } else {
    const std::string name = context.program.stock != nullptr ? "" : context.program.name + ", on ";
    out.write(name + "leftfold " + std::string{kVersion} + " (stores: " + listed(app::built_stores(), ", ", "") +
              "; brokers: " + listed(app::built_brokers(), ", ", "") + ")\n");
  }
  out.flush();
  return 0;
}

}  // namespace leftfold::inline v0::cli
