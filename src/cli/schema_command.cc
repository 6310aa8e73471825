// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "app/schema.h"
#include "app/schema_rules.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/rows.h"
#include "cli/whole_file.h"

namespace leftfold::inline v0::cli {
namespace {

Json schema_in(const Context& context, const std::string& file) {
  return app::read_schema(read_input(context, file), file);
}

/// `backward  events.CartItemAdded.quantity: stored as ...: why; what to do`
std::string line_of(const app::Incompatibility& each) {
  return std::string{each.direction} + "  " + each.path + ": " + each.what + ": " + each.why + "; " + each.next + "\n";
}

JsonObject object_of(const app::Incompatibility& each) {
  JsonObject object;
  return object.text("direction", each.direction)
      .text("path", each.path)
      .text("what", each.what)
      .text("why", each.why)
      .text("next", each.next);
}

}  // namespace

int show_schema(Context& context) {
  const Json schema = own_app(context).schema();
  const std::string file = context.line.flags.value("--out");
  if (!file.empty()) {
    write_whole_file(file, schema.indented(), "schema file", "--out");
    hint(context, counted(schema.at("events").members().size(), "event") + " written to " + file);
    return kSuccess;
  }
  Output out;
  out.write(context.json ? std::string{kEnvelopeStart} + schema.text() + envelope_end() : schema.indented());
  out.flush();
  return kSuccess;
}

int compare_schemas(Context& context) {
  const std::vector<std::string>& files = context.line.flags.rest;
  const std::string mode = context.line.flags.value("--mode", "backward");
  const app::Compatibility asked = app::compatibility_of(mode);
  const Json before = schema_in(context, files[0]);
  const Json after = files.size() > 1 ? schema_in(context, files[1]) : own_app(context).schema();
  const std::vector<app::Incompatibility> found = app::incompatibilities(before, after, asked);
  const std::string message = counted(found.size(), "problem") + " (" + mode + ")";
  if (context.json) {
    Rows rows{context, "incompatibilities", {}};
    for (const app::Incompatibility& each : found) rows.add({}, object_of(each));
    const JsonObject more = JsonObject{}.text("mode", mode);
    if (found.empty()) rows.finish(more);
    else rows.fail("incompatible", message, more);
  } else {  // lines that are never cut: what to do stands at their end
    Output out;
    for (const app::Incompatibility& each : found) out.write(line_of(each));
    out.flush();
  }
  if (!found.empty()) throw CommandFailed{kFoundFailure, "incompatible", message};
  hint(context, message);
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
