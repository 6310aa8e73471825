// SPDX-License-Identifier: Apache-2.0
#include "cli/context.h"

#include <cstdio>

#include <leftfold/error.h>

#include "app/address.h"
#include "app/kafka_settings.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// Kafka is asked only by who needs it: most commands look at the store alone, also while no broker answers.
std::function<EventFeed&()> broker_of(const Settings& settings, const Opened& opened) {
  if (!app::uses_kafka(settings)) {
    return [feed = opened.own.feed]() -> EventFeed& { return *feed; };
  }
  auto kafka = std::make_shared<app::OpenKafka>();
  return [kafka, &settings, log = opened.log.get()]() -> EventFeed& {
    if (!kafka->feed) *kafka = app::open_kafka(settings, app::Purpose::look, *log, no_metrics());
    return *kafka->feed;
  };
}

Opened open(Context& context, SqliteOptions::Mode mode) {
  const Settings& settings = context.program.settings;
  const Setting& address = settings.get("store");
  Opened opened;
  if (app::store_address(address).kind == app::StoreKind::memory) {
    if (context.program.app == nullptr) {
      throw UsageError{"memory: ends with its own program, so there is nothing to read; use --store sqlite:FILE"};
    }
    App& app = *context.program.app;
    opened.store = &app.store();
    opened.feed = dynamic_cast<EventFeed*>(&app.store());  // whatever broker the App has beside it
    opened.broker = [&app]() -> EventFeed& { return app.feed(); };
    opened.dead_letters = &app.dead_letters();
    opened.controls = &app.controls();
    opened.breakers = &app.breakers();
    opened.snapshots = &app.snapshots().store();
    return opened;
  }
  opened.log = looking_log(settings);
  opened.own = app::open_store(settings, mode, *opened.log);
  opened.store = opened.own.store.get();
  opened.feed = opened.own.feed;
  opened.broker = broker_of(settings, opened);
  opened.dead_letters = opened.own.dead_letters;
  opened.controls = opened.own.controls;
  opened.breakers = opened.own.breakers;
  opened.snapshots = opened.own.snapshots;
  return opened;
}

}  // namespace

App& own_app(const Context& context) {
  if (context.program.app != nullptr) return *context.program.app;
  throw UsageError{context.line.verb +
                   " needs your program, because its handlers are compiled into it: call "
                   "leftfold::cli::run(argc, argv, app) in your main and run that, or build them as a library and name "
                   "it with --load"};
}

std::unique_ptr<Logger> service_log(const Settings& settings) {
  return std::make_unique<StderrLogger>(app::log_level_value(settings.get("log_level")),
                                        app::log_format_value(settings.get("log_format")),
                                        app::log_time_value(settings.get("log_time")));
}

std::unique_ptr<Logger> looking_log(const Settings& settings) {
  if (settings.get("log_level").origin.starts_with("flag ")) return service_log(settings);
  return std::make_unique<StderrLogger>(LogLevel::warn, app::log_format_value(settings.get("log_format")),
                                        app::log_time_value(settings.get("log_time")));
}

std::vector<StoredSubscription> Opened::subscriptions() const {
  return own.subscriptions ? own.subscriptions() : std::vector<StoredSubscription>{};
}

std::vector<StoredSubscription> Opened::projections() const {
  return own.projections ? own.projections() : std::vector<StoredSubscription>{};
}

Opened open_for_reading(Context& context) { return open(context, SqliteOptions::Mode::read_only); }

Opened open_for_writing(Context& context) {
  Opened opened = open_for_reading(context);  // a file that is missing is not made
  if (context.program.app == nullptr) return open(context, SqliteOptions::Mode::read_write);
  App& app = *context.program.app;
  if (opened.dead_letters.get() != nullptr) opened.dead_letters = &app.dead_letters();
  opened.controls = &app.controls();
  opened.breakers = &app.breakers();
  opened.snapshots = &app.snapshots().store();
  return opened;
}

void hint(const Context& context, std::string_view text) {
  if (context.quiet) return;
  const std::string line = printable(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace leftfold::inline v0::cli
