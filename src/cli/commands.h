// The verbs. Each returns the exit code and throws UsageError, Error or OutputClosed.
#pragma once

#include "cli/context.h"

namespace leftfold::cli {

[[nodiscard]] int run_handlers(Context& context);   ///< run
[[nodiscard]] int list_handlers(Context& context);  ///< handlers
[[nodiscard]] int read_events(Context& context);    ///< events read, and tail
[[nodiscard]] int show_version(Context& context);   ///< version

}  // namespace leftfold::cli
