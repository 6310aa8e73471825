// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <string>

#include <leftfold/reconcile.h>

#include "app/address.h"
#include "app/publisher_settings.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/numbers.h"
#include "cli/progress_bar.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::int64_t kMostSegments = 1'000'000;  // DynamoDB's own limit

ReconcileOptions read_options(Context& context) {
  const Flags& flags = context.line.flags;
  const Settings& settings = context.program.settings;
  ReconcileOptions options;
  options.name = settings.get("publisher.name").value;
  options.unpublishable = app::unpublishable_value(settings.get("publisher.unpublishable"));
  options.dry_run = flags.count("--dry-run") > 0;
  options.afresh = flags.count("--afresh") > 0;
  if (flags.count("--rate") > 0) {
    options.events_a_second =
        static_cast<double>(positive_number(flags, "--rate", "/s", 1'000'000'000, "events a second, such as 1000/s"));
  }
  if (flags.count("--segments") > 0) {
    options.segments =
        static_cast<int>(positive_number(flags, "--segments", {}, kMostSegments, "a number from 1 to 1000000"));
  }
  return options;
}

const PublishedStore& ports_of(const app::OpenPublishing& open, const std::string& verb) {
  if (!open.ports) {
    throw UsageError{verb +
                     " is for a store without an order of its events, such as dynamodb:; a file is published "
                     "in its own order, and nothing of it can be missing"};
  }
  return *open.ports;
}

std::string text_of(const ReconcileProgress& progress, const std::string& missing) {
  return std::to_string(progress.looked_at) + " events looked at, " + std::to_string(progress.missing) + " " + missing;
}

/// One row with what was done, also of a run that was stopped.
int finish(Context& context, const ReconcileProgress& progress, const std::string& missing, bool publishes) {
  Rows rows{context,
            "runs",
            {{"LOOKED AT", true}, {"MISSING", true}, {"PUBLISHED", true}, {"SEGMENTS DONE", true}, {"BLOCKED", true}}};
  JsonObject object;
  object.count("looked_at", progress.looked_at)
      .count("missing", progress.missing)
      .count("published", progress.published)
      .count("segments_done", static_cast<std::size_t>(progress.segments_done))
      .count("segments", static_cast<std::size_t>(progress.segments))
      .count("blocked", progress.blocked.size());
  rows.add({std::to_string(progress.looked_at), std::to_string(progress.missing), std::to_string(progress.published),
            std::to_string(progress.segments_done) + " of " + std::to_string(progress.segments),
            std::to_string(progress.blocked.size())},
           object);
  if (!progress.blocked.empty()) {
    const BlockedAggregate& first = progress.blocked.front();
    const std::string message = counted(progress.blocked.size(), "aggregate") +
                                " could not be published to the end: \"" + first.aggregate_id + "\": " + first.why;
    rows.fail("blocked", message);
    throw CommandFailed{kFoundFailure, "blocked", message};
  }
  rows.finish();
  hint(context, text_of(progress, missing) +
                    (publishes ? ", " + std::to_string(progress.published) + " published" : std::string{}));
  if (progress.segments_done == progress.segments) return kSuccess;
  hint(context, "stopped; the next run goes on here");
  return kSignal + context.signals.received();
}

}  // namespace

int reconcile_published(Context& context) {
  const Settings& settings = context.program.settings;
  settings.validate();
  ReconcileOptions options = read_options(context);
  const std::unique_ptr<Logger> log = service_log(settings);
  options.log = log.get();
  Metrics metrics;
  const app::OpenPublishing open =
      options.dry_run ? app::open_published_store(settings, SqliteOptions::Mode::read_only, *log, metrics)
                      : app::open_publishing(settings, *log, metrics);
  ReconcileProgress progress;
  {
    ProgressBar bar{context};
    options.on_progress = [&bar](const ReconcileProgress& now) { bar.show(now.part, text_of(now, "missing")); };
    progress = reconcile(ports_of(open, context.line.verb), open.kafka.open_sink, options, context.signals.token());
  }
  return finish(context, progress, "missing", !options.dry_run);
}

int seed_published(Context& context) {
  const Settings& settings = context.program.settings;
  settings.validate();
  ReconcileOptions options = read_options(context);
  const std::unique_ptr<Logger> log = service_log(settings);
  options.log = log.get();
  const app::OpenPublishing open =
      app::open_published_store(settings, SqliteOptions::Mode::read_write, *log, no_metrics());
  const PublishedStore& ports = ports_of(open, context.line.verb);
  if (!options.dry_run && !confirmed(context, "everything that is stored by now counts as published by \"" +
                                                  options.name + "\" and will not be sent")) {
    return kSuccess;
  }
  ReconcileProgress progress;
  {
    ProgressBar bar{context};
    options.on_progress = [&bar](const ReconcileProgress& now) { bar.show(now.part, text_of(now, "cursors behind")); };
    progress = seed_cursors(ports, options, context.signals.token());
  }
  return finish(context, progress, options.dry_run ? "cursors behind" : "cursors set", false);
}

}  // namespace leftfold::inline v0::cli
