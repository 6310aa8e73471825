// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

namespace leftfold::inline v0::cli {

int run_handlers(Context& context) {
  App& app = own_app(context);
  if (context.json) throw UsageError{"run prints no data; for log lines in JSON use --log-format json"};
  if (context.line.flags.count("--only") > 0) {
    const std::vector<std::string> names = context.line.flags.list("--only");
    (void)app.only(names);
  }
  app.run(context.signals.token());
  return 0;
}

}  // namespace leftfold::inline v0::cli
