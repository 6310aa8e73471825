// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/handlers_watch.h"

namespace leftfold::inline v0::cli {

int run_handlers(Context& context) {
  App& app = own_app(context);
  if (context.json) throw UsageError{"run prints no data; for log lines in JSON use --log-format json"};
  if (context.line.flags.count("--only") > 0) {
    const std::vector<std::string> names = context.line.flags.list("--only");
    (void)app.only(names);
  }
  const std::stop_token stop = context.signals.token();
  const HandlersWatch watch{app, stop};
  app.run(stop);
  return 0;
}

}  // namespace leftfold::inline v0::cli
