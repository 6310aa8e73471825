// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/address.h"
#include "app/nearest.h"
#include "app/table_names.h"
#include "base/joined.h"
#include "cli/commands.h"
#include "cli/generate/generate.h"

namespace leftfold::inline v0::cli {
namespace {

int print(Context& context, const std::string& text) {
  if (context.json) throw UsageError{context.line.verb + " prints a file as it is; leave --json out"};
  Output out;
  out.write(text);
  out.flush();
  return 0;
}

/// The operand, which is one of `known`; `otherwise` without one.
std::string operand(const Context& context, std::span<const std::string_view> known, std::string_view otherwise) {
  if (context.line.flags.rest.empty()) return std::string{otherwise};
  const std::string& given = context.line.flags.rest.front();
  if (std::find(known.begin(), known.end(), given) != known.end()) return given;
  const std::vector<std::string_view> names{known.begin(), known.end()};
  throw UsageError{context.line.verb + " knows no \"" + given + "\"" + app::did_you_mean(given, names) + "; use " +
                   base::joined(names)};
}

bool is_stock(const Context& context) { return context.program.app == nullptr; }

std::span<const CommandInfo> own_commands(const Context& context) {
  return is_stock(context) ? std::span<const CommandInfo>{} : context.program.app->commands();
}

}  // namespace

int generate_grafana(Context& context) { return print(context, grafana_dashboard(context.program.name)); }

int generate_alerts(Context& context) { return print(context, alert_rules()); }

int generate_systemd(Context& context) {
  const std::string what = operand(context, kUnits, is_stock(context) ? "publisher" : "run");
  if (what == "run") (void)own_app(context);
  return print(context, systemd_unit(what, context.program.name));
}

int generate_iam_policy(Context& context) {
  const app::TableNames tables = app::table_names(context.program.settings);
  return print(context, iam_policy(operand(context, kPolicies, "service"), tables.events, tables.second));
}

int generate_completion(Context& context) {
  return print(context, completion(operand(context, kShells, "bash"), context.program.name, own_commands(context),
                                   is_stock(context)));
}

int generate_man(Context& context) {
  return print(context, man_page(context.program.name, own_commands(context), is_stock(context)));
}

}  // namespace leftfold::inline v0::cli
