#include "cli/commands.h"

namespace leftfold::cli {

int run_handlers(Context& context) {
  if (context.program.app == nullptr) {
    throw UsageError{
        "run needs your program, because its handlers are compiled into it: call "
        "leftfold::cli::run(argc, argv, app) in your main and run that"};
  }
  if (context.json) throw UsageError{"run prints no data; for log lines in JSON use --log-format json"};
  App& app = *context.program.app;
  if (context.line.flags.count("--only") > 0) {
    const std::vector<std::string> names = context.line.flags.list("--only");
    (void)app.only(names);
  }
  app.run(context.signals.token());
  return 0;
}

}  // namespace leftfold::cli
