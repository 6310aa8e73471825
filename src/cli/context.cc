#include "cli/context.h"

#include <cstdio>

#include <leftfold/error.h>

#include "app/address.h"
#include "cli/text.h"

namespace leftfold::cli {

Reading open_for_reading(Context& context) {
  const Settings& settings = context.program.settings;
  const Setting& address = settings.get("store");
  Reading reading;
  if (app::store_address(address).kind == app::StoreKind::memory) {
    if (context.program.app == nullptr) {
      throw UsageError{"memory: ends with its own program, so there is nothing to read; use --store sqlite:FILE"};
    }
    reading.store = &context.program.app->store();
    reading.feed = &context.program.app->feed();
    return reading;
  }
  // Reading is not the service's life: its log stays out of the way unless it is asked for.
  const bool asked = settings.get("log_level").origin.starts_with("flag ");
  const LogLevel level = asked ? app::log_level_value(settings.get("log_level")) : LogLevel::warn;
  reading.log = std::make_unique<StderrLogger>(level, app::log_format_value(settings.get("log_format")));
  reading.opened = app::open_store(address, SqliteOptions::Mode::read_only, *reading.log);
  reading.store = reading.opened.store.get();
  reading.feed = reading.opened.feed;
  return reading;
}

void hint(const Context& context, std::string_view text) {
  if (context.quiet) return;
  const std::string line = printable(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace leftfold::cli
