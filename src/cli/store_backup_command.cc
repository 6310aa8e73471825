// SPDX-License-Identifier: Apache-2.0
// The command store backup: a copy of a store's file while programs write.
#include <filesystem>
#include <string>
#include <system_error>

#include "cli/commands.h"
#include "cli/event_counts.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {

int back_up_store(Context& context) {
  const std::string& file = context.line.flags.rest.front();
  const Opened opened = open_for_reading(context);
  if (!opened.own.backup) {
    throw UsageError{"store backup copies the file of sqlite:, and " + context.program.settings.get("store").value +
                     " is none; use store export, or the backups of AWS for dynamodb:"};
  }
  bool complete = false;
  {
    ProgressBar bar{context};
    complete = opened.own.backup(file, [&](double part) {
      bar.show(part, "copied");
      return context.signals.received() == 0;
    });
  }
  if (!complete) {
    hint(context, "stopped; there is no copy");
    return kSignal + context.signals.received();
  }
  std::error_code unknown;
  const auto size = std::filesystem::file_size(file, unknown);
  const std::uint64_t bytes = unknown ? 0 : size;
  Rows rows{context, "backups", {{"FILE"}, {"SIZE", true}}};
  rows.add({file, bytes_text(bytes)},
           JsonObject{}.text("file", file).number("bytes", static_cast<std::int64_t>(bytes)));
  rows.finish();
  hint(context, "look at it: " + context.program.name + " --store sqlite:" + file + " store verify");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
