// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>

#include <leftfold/event_feed.h>
#include <leftfold/health.h>
#include <leftfold/health_checks.h>
#include <leftfold/lease_store.h>
#include <leftfold/process_metrics.h>

#include "app/health_parts.h"
#include "app/observe_settings.h"
#include "app/publisher_settings.h"
#include "cli/commands.h"
#include "cli/publisher_watch.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

void say_how_it_ended(Context& context, const PublisherStatus& status) {
  hint(context, std::to_string(status.published) + " published");
}

void add_lease(Rows& rows, const Lease& lease) {
  const std::string_view state = lease.done ? "done" : lease.owner.empty() ? "free" : "taken";
  JsonObject object;
  object.text("name", lease.name)
      .text("state", state)
      .text("owner", lease.owner)
      .text("checkpoint", lease.checkpoint)
      .text("note", lease.note);
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
  rows.add({lease.name, std::string{state}, shown(lease.owner), shown(lease.checkpoint), shown(lease.note)}, object);
}

int show_leases(Context& context, const std::string& name, LeaseStore& leases) {
  Rows rows{context, "parts", {{"PART"}, {"STATE"}, {"OWNER"}, {"CHECKPOINT"}, {"NOTE"}}};
  // Of streams, of polling, of what a publisher or people look through the store for.
  for (const std::string& group :
       {name, name + "/poll", name + "/repair.reconcile", name + ".reconcile", name + ".seed"}) {
    for (Lease& lease : leases.list(group)) {
      if (group != name) lease.name = group.substr(name.size() + 1) + "/" + lease.name;
      add_lease(rows, lease);
    }
  }
  rows.finish();
  if (rows.size() == 0) hint(context, "no publisher of the name \"" + name + "\" ever ran on this store");
  return 0;
}

int show_place(Context& context, const std::string& name, EventFeed& feed) {
  Rows rows{context, "parts", {{"PART"}, {"POSITION", true}, {"HEAD", true}, {"LAG", true}}};
  for (const Progress& each : feed.progress(name)) {
    const std::int64_t done = each.done.value_or(each.begin).value();
    JsonObject object;
    object.text("name", name).number("position", done).number("head", each.head.value()).number("lag", each.lag());
    rows.add({name, std::to_string(done), std::to_string(each.head.value()), std::to_string(each.lag())}, object);
  }
  rows.finish();
  return 0;
}

}  // namespace

int run_publisher(Context& context) {
  if (context.json) throw UsageError{"publisher run prints no data; for log lines in JSON use --log-format json"};
  const Settings& settings = context.program.settings;
  settings.validate();
  PublisherOptions options = app::publisher_options(settings);
  const std::unique_ptr<Logger> log = service_log(settings);
  Metrics metrics;
  const app::OpenPublishing open = app::open_publishing(settings, *log, metrics);
  options.log = log.get();
  options.metrics = &metrics;
  app::add_build_info(metrics, settings, "kafka");
  const auto process = add_process_metrics(metrics);
  std::optional<Publisher> publisher;
  if (open.ports) {
    publisher.emplace(*open.ports, open.kafka.open_sink, options);
  } else {
    publisher.emplace(*open.store.feed, open.kafka.open_sink, options);
  }
  {
    Health health;
    const HealthLimits limits = app::health_limits(settings);
    app::add_store_check(health, *open.store.store);
    app::add_broker_check(health, *open.kafka.feed);
    add_checks(health, *publisher, limits);
    const auto server = app::serve_metrics(settings, metrics, health, *log);
    const PublisherWatch watch{*publisher, metrics, context.line.flags.value("--metrics-file"), *log};
    publisher->run(context.signals.token());
  }
  say_how_it_ended(context, publisher->status());
  return 0;
}

int show_publisher_status(Context& context) {
  const Settings& settings = context.program.settings;
  settings.validate();
  const std::unique_ptr<Logger> log = looking_log(settings);
  const app::OpenPublishing open =
      app::open_published_store(settings, SqliteOptions::Mode::read_only, *log, no_metrics());
  const std::string name = settings.get("publisher.name").value;
  return open.ports ? show_leases(context, name, *open.ports->leases) : show_place(context, name, *open.store.feed);
}

}  // namespace leftfold::inline v0::cli
