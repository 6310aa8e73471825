// SPDX-License-Identifier: Apache-2.0
#include "app/app_impl.h"

#include <algorithm>

#include <leftfold/error.h>
#include <leftfold/health_checks.h>

#include "app/address.h"
#include "app/failure_settings.h"
#include "app/health_parts.h"
#include "app/nearest.h"
#include "app/observe_settings.h"
#include "app/publisher_settings.h"
#include "base/joined.h"
#include "core/command_metrics.h"

namespace leftfold::inline v0 {
namespace {

std::string joined(const std::vector<std::string_view>& names) { return base::joined(names, ","); }

}  // namespace

std::filesystem::path App::Impl::tables() {
  const std::lock_guard lock{mutex};
  settings.validate();
  const app::StoreAddress where = app::store_address(settings.get("store"));
  if (where.kind == app::StoreKind::dynamodb) {
    throw Error{Errc::unsupported,
                "store is \"dynamodb:\", which has no tables for SQL: keep rows with ReadTable<Row> in "
                "app.read_tables(), or give the projector a SqliteReadModel of its own"};
  }
  return where.kind == app::StoreKind::memory ? temporary.path() : where.file;
}

ReadTables& App::Impl::tables_of_store() {
  const std::lock_guard lock{mutex};
  ReadTables* const own = open().read_tables;
  return own != nullptr ? *own : read_model;
}

Logger& App::Impl::open_log() {
  if (!log) {
    settings.validate();
    log.emplace(app::log_level_value(settings.get("log_level")), app::log_format_value(settings.get("log_format")),
                app::log_time_value(settings.get("log_time")));
  }
  return *log;
}

app::OpenStore& App::Impl::open() {
  if (!opened.store) {
    Logger& to = open_log();
    opened = app::open_store(settings, SqliteOptions::Mode::read_write, to, metrics);
    app::add_build_info(metrics, settings, settings.get("broker").value);
  }
  return opened;
}

Snapshots& App::Impl::open_snapshots() {
  if (!snapshots) {
    SnapshotsOptions options;
    options.metrics = &metrics;
    options.log = &open_log();
    snapshots.emplace(*open().snapshots, options);
  }
  return *snapshots;
}

app::OpenKafka& App::Impl::open_kafka() {
  if (!kafka.feed) kafka = app::open_kafka(settings, app::Purpose::run, open_log(), metrics);
  return kafka;
}

EventFeed& App::Impl::open_feed() {
  app::OpenStore& own = open();
  const Setting& broker = settings.get("broker");
  switch (app::broker_kind(broker)) {
    case app::BrokerKind::none: return no_feed;
    case app::BrokerKind::kafka:
      if (!app::uses_kafka(settings)) return no_feed;
      return *open_kafka().feed;
    case app::BrokerKind::embedded: break;
  }
  if (own.feed.get() == nullptr) {
    throw Error{Errc::invalid_config,
                "broker is \"" + broker.value + "\" (" + broker.origin + "), but the store \"" +
                    settings.get("store").value +
                    "\" brings no events to handlers; use broker kafka:, or none: to append and load only"};
  }
  return *own.feed;
}

Runner& App::Impl::make_runner() {
  if (runner) return *runner;
  EventFeed& feed = open_feed();
  RunnerOptions options;
  options.group = settings.get("group").value;
  options.workers = settings.count("workers");
  options.max_in_flight = settings.count("max_in_flight");
  options.drain = settings.duration("shutdown_timeout");
  options.log = &open_log();
  options.metrics = &metrics;
  const app::OpenStore& own = open();
  options.dead_letters = app::dead_letters_beside(settings, own.dead_letters.get());
  options.controls = own.controls.get();
  options.breakers = own.breakers.get();
  app::log_limits(settings, options.dead_letters != nullptr, open_log());
  auto made = std::make_unique<Runner>(feed, options);
  check_handlers_of_settings();
  for (const Registered* each : selected()) {
    HandlerOptions settled = each->options;
    settled.failures = app::failure_options(settings, each->info.name, settled.failures);
    if (const auto start = app::start_in_kafka(settings, each->info)) settled.start = *start;
    each->uses.add(*made, std::move(settled));
  }
  runner = std::move(made);
  return *runner;
}

Health& App::Impl::make_health() {
  if (health) return *health;
  const Runner& checked = make_runner();
  const HealthLimits limits = app::health_limits(settings);
  auto made = std::make_unique<Health>();
  EventStore& store = *open().store;
  app::add_store_check(*made, store);
  EventFeed& feed = open_feed();
  if (&feed != &no_feed) {
    app::add_broker_check(*made, feed);
    const bool own = !app::uses_kafka(settings);
    add_head_check(*made, app::head_counts(store, feed, own, appended_counters()), limits);
  }
  add_checks(*made, checked, limits);
  health = std::move(made);
  return *health;
}

std::vector<const Counter*> App::Impl::appended_counters() {
  std::vector<const Counter*> counters;
  for (const AggregateInfo& aggregate : aggregates) {
    for (const std::string_view type : aggregate.events) {
      counters.push_back(&detail::appended_counter(metrics, aggregate.name, type));
    }
  }
  return counters;
}

void App::Impl::check_handlers_of_settings() const {
  std::vector<std::string_view> known;
  for (const Registered& each : handlers) known.push_back(each.info.name);
  for (const std::string_view handler : settings.handlers()) {
    if (std::find(known.begin(), known.end(), handler) != known.end()) continue;
    const Setting& first = settings.of_handler(handler).front();
    throw Error{Errc::invalid_config, std::string{first.name} + " of handler \"" + std::string{handler} + "\" (" +
                                          first.origin + "): " + name + " has no handler of that name" +
                                          app::did_you_mean(handler, known) + "; handlers: " + joined(known)};
  }
}

const App::Impl::Registered& App::Impl::handler(std::string_view wanted) const {
  std::vector<std::string_view> known;
  for (const Registered& each : handlers) {
    if (each.info.name == wanted) return each;
    known.push_back(each.info.name);
  }
  throw Error{Errc::not_found, name + " has no handler \"" + std::string{wanted} + "\"" +
                                   app::did_you_mean(wanted, known) + (known.empty() ? "" : "; handlers: ") +
                                   joined(known)};
}

const App::Impl::Registered& App::Impl::projector(std::string_view wanted) const {
  const Registered& found = handler(wanted);
  if (found.uses.replay) return found;
  std::vector<std::string_view> projectors;
  for (const Registered& each : handlers) {
    if (each.uses.replay) projectors.push_back(each.info.name);
  }
  throw Error{Errc::invalid_argument,
              found.info.name +
                  " is a listener: what it does to the world would happen again, so it is never "
                  "replayed; projectors: " +
                  (projectors.empty() ? "none" : joined(projectors))};
}

ReplaySource App::Impl::replay_source(ReplayOptions& options, ReplayFrom from) {
  const app::OpenStore& own = open();
  if (from == ReplayFrom::broker) {
    if (app::uses_kafka(settings)) return ReplaySource::feed(open_feed());
    throw Error{Errc::invalid_argument, "broker is \"" + settings.get("broker").value +
                                            "\", which holds no events of its own: replay from the store"};
  }
  if (own.published && options.live == nullptr && app::uses_kafka(settings)) options.live = &open_feed();
  return stored_events();
}

ReplaySource App::Impl::stored_events() {
  app::OpenStore& own = open();
  if (!own.published) return ReplaySource{*own.store};
  EventScan* const scan = own.published(settings.get("publisher.name").value).scan;
  return ReplaySource::scan(*scan, *own.store);
}

std::unique_ptr<Publisher> App::Impl::make_publisher() {
  app::OpenStore& own = open();
  app::check_broker_of_publisher(settings);
  PublisherOptions options = app::publisher_options(settings);
  options.log = &open_log();
  options.metrics = &metrics;
  if (!own.published) return std::make_unique<Publisher>(*own.feed, open_kafka().open_sink, std::move(options));
  const PublishedStore ports = own.published(options.name);
  return std::make_unique<Publisher>(ports, open_kafka().open_sink, std::move(options));
}

std::unique_ptr<Replay> App::Impl::make_replay(std::span<const std::string> wanted, ReplayOptions options,
                                               ReplayFrom from) {
  std::vector<const Registered*> chosen;
  for (const std::string& each : wanted) chosen.push_back(&projector(each));
  if (wanted.empty()) {
    for (const Registered& each : handlers) {
      if (each.uses.read_model) chosen.push_back(&each);
    }
  }
  const ReplaySource source = replay_source(options, from);
  options.group = settings.get("group").value;
  if (options.log == &no_log()) options.log = &open_log();
  if (options.metrics == &no_metrics()) options.metrics = &metrics;
  if (options.dead_letters == nullptr) {
    options.dead_letters = app::dead_letters_beside(settings, open().dead_letters.get());
  }
  auto replay = std::make_unique<Replay>(source, std::move(options));
  for (const Registered* each : chosen) each->uses.replay(*replay, each->info.name);
  return replay;
}

std::vector<const App::Impl::Registered*> App::Impl::selected() const {
  std::vector<const Registered*> chosen;
  for (const Registered& each : handlers) {
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), each.info.name) != only.end();
    if (wanted) chosen.push_back(&each);
  }
  return chosen;
}

void App::Impl::take_back(const Registrations& before) {
  aggregates.erase(aggregates.begin() + static_cast<std::ptrdiff_t>(before.aggregates), aggregates.end());
  handlers.erase(handlers.begin() + static_cast<std::ptrdiff_t>(before.handlers), handlers.end());
  commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(before.commands), commands.end());
}

}  // namespace leftfold::inline v0
