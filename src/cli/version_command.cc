#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/text.h"

namespace leftfold::cli {
namespace {

constexpr std::string_view kVersion = "0.1.0";  // that of project() in CMakeLists.txt; a test compares

}  // namespace

int show_version(Context& context) {
  Output out;
  if (context.json) {
    std::string text{kEnvelopeStart};
    text += "{\"program\":";
    append_json_string(text, context.program.name);
    text += ",\"leftfold\":";
    append_json_string(text, kVersion);
    text += R"(,"stores":["memory","sqlite"],"brokers":["embedded","none"]})";
    out.write(text + envelope_end());
  } else {
    const std::string name = context.program.app == nullptr ? "" : context.program.name + ", on ";
    out.write(name + "leftfold " + std::string{kVersion} + " (stores: memory, sqlite; brokers: embedded, none)\n");
  }
  out.flush();
  return 0;
}

}  // namespace leftfold::cli
