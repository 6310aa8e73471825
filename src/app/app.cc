// SPDX-License-Identifier: Apache-2.0
#include <leftfold/app.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include <leftfold/error.h>
#include <leftfold/health_checks.h>
#include <leftfold/process_metrics.h>
#include <leftfold/publisher.h>

#include "app/address.h"
#include "app/failure_settings.h"
#include "app/handler_libraries.h"
#include "app/health_parts.h"
#include "app/kafka_settings.h"
#include "app/legal_names.h"
#include "app/nearest.h"
#include "app/no_feed.h"
#include "app/observe_settings.h"
#include "app/open_store.h"
#include "app/publisher_settings.h"
#include "app/schema.h"
#include "app/snapshot_settings.h"
#include "app/tables_of_store.h"
#include "app/temporary_file.h"
#include "app/verbs.h"
#include "base/joined.h"
#include "core/command_metrics.h"
#include "runtime/checkpoint_name.h"

namespace leftfold::inline v0 {
namespace {

std::string joined(const std::vector<std::string_view>& names) { return base::joined(names, ","); }

}  // namespace

class App::Impl {
 public:
  struct Registered {
    std::shared_ptr<void> handler;
    HandlerInfo info;
    HandlerOptions options;
    Uses uses;
  };

  Impl(std::string program, const Settings::Environment& environment)
      : name{std::move(program)}, settings{name, environment} {}

  /// The file of the read tables, asked for by the read model at its first use.
  std::filesystem::path tables() {
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

  /// Where ReadTables lie, asked for by them at their first use.
  ReadTables& tables_of_store() {
    const std::lock_guard lock{mutex};
    ReadTables* const own = open().read_tables;
    return own != nullptr ? *own : read_model;
  }

  // The functions below are called with the mutex held.

  Logger& open_log() {
    if (!log) {
      settings.validate();
      log.emplace(app::log_level_value(settings.get("log_level")), app::log_format_value(settings.get("log_format")),
                  app::log_time_value(settings.get("log_time")));
    }
    return *log;
  }

  app::OpenStore& open() {
    if (!opened.store) {
      Logger& to = open_log();
      opened = app::open_store(settings, SqliteOptions::Mode::read_write, to, metrics);
      app::add_build_info(metrics, settings, settings.get("broker").value);
    }
    return opened;
  }

  Snapshots& open_snapshots() {
    if (!snapshots) {
      SnapshotsOptions options;
      options.metrics = &metrics;
      options.log = &open_log();
      snapshots.emplace(*open().snapshots, options);
    }
    return *snapshots;
  }

  app::OpenKafka& open_kafka() {
    if (!kafka.feed) kafka = app::open_kafka(settings, app::Purpose::run, open_log(), metrics);
    return kafka;
  }

  EventFeed& open_feed() {
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

  Runner& make_runner() {
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

  Health& make_health() {
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

  /// What repositories of this App count, one an aggregate and type of event.
  std::vector<const Counter*> appended_counters() {
    std::vector<const Counter*> counters;
    for (const AggregateInfo& aggregate : aggregates) {
      for (const std::string_view type : aggregate.events) {
        counters.push_back(&detail::appended_counter(metrics, aggregate.name, type));
      }
    }
    return counters;
  }

  /// Settings of a handler that is not there would be without effect, and nobody would notice.
  void check_handlers_of_settings() const {
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

  /// Throws Error(not_found), with the nearest.
  const Registered& handler(std::string_view wanted) const {
    std::vector<std::string_view> known;
    for (const Registered& each : handlers) {
      if (each.info.name == wanted) return each;
      known.push_back(each.info.name);
    }
    throw Error{Errc::not_found, name + " has no handler \"" + std::string{wanted} + "\"" +
                                     app::did_you_mean(wanted, known) + (known.empty() ? "" : "; handlers: ") +
                                     joined(known)};
  }

  const Registered& projector(std::string_view wanted) const {
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

  ReplaySource replay_source(ReplayOptions& options, ReplayFrom from) {
    const app::OpenStore& own = open();
    if (from == ReplayFrom::broker) {
      if (app::uses_kafka(settings)) return ReplaySource::feed(open_feed());
      throw Error{Errc::invalid_argument, "broker is \"" + settings.get("broker").value +
                                              "\", which holds no events of its own: replay from the store"};
    }
    if (own.published && options.live == nullptr && app::uses_kafka(settings)) options.live = &open_feed();
    return stored_events();
  }

  ReplaySource stored_events() {
    app::OpenStore& own = open();
    if (!own.published) return ReplaySource{*own.store};
    EventScan* const scan = own.published(settings.get("publisher.name").value).scan;
    return ReplaySource::scan(*scan, *own.store);
  }

  std::unique_ptr<Publisher> make_publisher() {
    app::OpenStore& own = open();
    app::check_broker_of_publisher(settings);
    PublisherOptions options = app::publisher_options(settings);
    options.log = &open_log();
    options.metrics = &metrics;
    if (!own.published) return std::make_unique<Publisher>(*own.feed, open_kafka().open_sink, std::move(options));
    const PublishedStore ports = own.published(options.name);
    return std::make_unique<Publisher>(ports, open_kafka().open_sink, std::move(options));
  }

  std::unique_ptr<Replay> make_replay(std::span<const std::string> wanted, ReplayOptions options, ReplayFrom from) {
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

  /// The handlers to run, in the order they were registered.
  std::vector<const Registered*> selected() const {
    std::vector<const Registered*> chosen;
    for (const Registered& each : handlers) {
      const bool wanted = only.empty() || std::find(only.begin(), only.end(), each.info.name) != only.end();
      if (wanted) chosen.push_back(&each);
    }
    return chosen;
  }

  /// Takes back what a library registered before something of it could not be.
  struct Registrations {
    std::size_t aggregates;
    std::size_t handlers;
    std::size_t commands;
  };
  [[nodiscard]] Registrations registrations() const { return {aggregates.size(), handlers.size(), commands.size()}; }
  void take_back(const Registrations& before) {
    aggregates.erase(aggregates.begin() + static_cast<std::ptrdiff_t>(before.aggregates), aggregates.end());
    handlers.erase(handlers.begin() + static_cast<std::ptrdiff_t>(before.handlers), handlers.end());
    commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(before.commands), commands.end());
  }

  const std::string name;
  Settings settings;
  std::vector<void*> libraries;
  std::vector<std::string> loaded;  // paths of the setting `load` that are done
  std::vector<AggregateInfo> aggregates;
  std::vector<CommandInfo> commands;
  std::vector<std::string> only;  // empty: all

  // In the order of need: what comes later uses what comes before, and ends first.
  std::mutex mutex;
  std::optional<StderrLogger> log;
  Metrics metrics;
  app::TemporaryFile temporary;
  app::NoFeed no_feed;
  app::OpenStore opened;
  std::optional<Snapshots> snapshots;
  app::OpenKafka kafka;
  SqliteReadModel read_model{[this] { return tables(); }};
  app::TablesOfStore read_tables{[this]() -> ReadTables& { return tables_of_store(); }};
  std::vector<Registered> handlers;
  std::unique_ptr<Runner> runner;
  std::unique_ptr<Health> health;
  const std::unique_ptr<Metrics::Refresh> process = add_process_metrics(metrics);
};

App::App(std::string name, const Settings::Environment& environment) {
  app::check_program_name(name);
  impl_ = std::make_unique<Impl>(std::move(name), environment);
}
App::~App() = default;

void App::add_aggregate(AggregateInfo info) {
  for (const AggregateInfo& known : impl_->aggregates) {
    if (known.name == info.name) {
      throw Error{Errc::invalid_argument, "aggregate " + std::string{info.name} +
                                              " is registered twice: remove one app.aggregate<...>(), or rename the "
                                              "class if there are two of this name"};
    }
  }
  impl_->aggregates.push_back(std::move(info));
}

void App::own(std::shared_ptr<void> handler, HandlerInfo info, HandlerOptions options, Uses uses) {
  {
    const std::lock_guard lock{impl_->mutex};
    if (impl_->runner) {
      throw Error{Errc::invalid_argument, "handler " + info.name +
                                              " comes too late, the Runner is made already and would never call it: "
                                              "register every handler before runner(), run() and start()"};
    }
  }
  for (const Impl::Registered& known : impl_->handlers) {
    if (known.info.name == info.name) {
      throw Error{Errc::invalid_argument, "handler " + info.name +
                                              " is registered twice, and its checkpoint is kept under this name: give "
                                              "one of them HandlerOptions::name"};
    }
  }
  impl_->handlers.push_back({std::move(handler), std::move(info), std::move(options), std::move(uses)});
}

App& App::command(std::string name, std::string help, AppCommand run) {
  app::check_command_name(name);
  const bool own = std::any_of(impl_->commands.begin(), impl_->commands.end(),
                               [&name](const CommandInfo& known) { return known.name == name; });
  if (own || std::find(app::kVerbs.begin(), app::kVerbs.end(), name) != app::kVerbs.end()) {
    throw Error{Errc::invalid_argument, "command \"" + name + "\" exists already: choose another name"};
  }
  if (!run) throw Error{Errc::invalid_argument, "command \"" + name + "\" has no function to run"};
  impl_->commands.push_back({std::move(name), std::move(help), std::move(run)});
  return *this;
}

void App::add_library(const std::filesystem::path& path) {
  const app::OpenLibrary library = app::open_library(path);
  const std::string shown = "handler library " + path.string();
  if (std::find(impl_->libraries.begin(), impl_->libraries.end(), library.handle) != impl_->libraries.end()) {
    throw Error{Errc::invalid_argument, shown + " is loaded already: name it once"};
  }
  impl_->libraries.reserve(impl_->libraries.size() + 1);
  const Impl::Registrations before = impl_->registrations();
  const std::string nothing = "; nothing of it is registered";
  try {
    library.says.add_to(*this);
  } catch (const Error& error) {
    impl_->take_back(before);
    throw Error{error.code(), shown + ": " + error.what() + nothing};
  } catch (const std::exception& error) {
    const std::string what = error.what();  // it may lie in what is taken back
    impl_->take_back(before);
    throw Error{Errc::handler_failed, shown + " threw as it registered its handlers: " + what + nothing};
  } catch (...) {
    impl_->take_back(before);
    throw Error{Errc::handler_failed, shown + " threw as it registered its handlers" + nothing};
  }
  impl_->libraries.push_back(library.handle);
  for (std::size_t i = before.aggregates; i < impl_->aggregates.size(); ++i) {
    impl_->aggregates[i].library = path.string();
  }
  for (std::size_t i = before.handlers; i < impl_->handlers.size(); ++i) {
    impl_->handlers[i].info.library = path.string();
  }
}

App& App::load(const std::filesystem::path& path) {
  add_library(path);
  return *this;
}

bool App::load_libraries() {
  bool any = false;
  for (const std::string& path : app::list_value(impl_->settings.get("load"))) {
    if (std::find(impl_->loaded.begin(), impl_->loaded.end(), path) != impl_->loaded.end()) continue;
    add_library(path);
    impl_->loaded.push_back(path);
    any = true;
  }
  return any;
}

const std::string& App::name() const noexcept { return impl_->name; }
Settings& App::settings() noexcept { return impl_->settings; }

void App::validate() const {
  impl_->settings.validate();
  impl_->check_handlers_of_settings();
}

EventStore& App::store() {
  const std::lock_guard lock{impl_->mutex};
  return *impl_->open().store;
}

EventFeed& App::feed() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->open_feed();
}

DeadLetterStore& App::dead_letters() {
  const std::lock_guard lock{impl_->mutex};
  return *impl_->open().dead_letters;
}

ControlStore& App::controls() {
  const std::lock_guard lock{impl_->mutex};
  return *impl_->open().controls;
}

BreakerStore& App::breakers() {
  const std::lock_guard lock{impl_->mutex};
  return *impl_->open().breakers;
}

Snapshots& App::snapshots() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->open_snapshots();
}

void App::add_snapshots(RepositoryOptions& options) {
  if (options.snapshots != nullptr) return;
  const std::lock_guard lock{impl_->mutex};
  impl_->open();  // first of all: it says what is wrong with the settings
  const auto policy = app::snapshot_policy(impl_->settings);
  if (!policy) return;
  options.snapshots = &impl_->open_snapshots();
  options.snapshot_policy = *policy;
}

Metrics& App::metrics() noexcept { return impl_->metrics; }

Health& App::health() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->make_health();
}

SqliteReadModel& App::read_model() noexcept { return impl_->read_model; }

ReadTables& App::read_tables() noexcept { return impl_->read_tables; }

Logger& App::log() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->open_log();
}

App& App::only(std::span<const std::string> handler_names) {
  for (const std::string& name : handler_names) (void)impl_->handler(name);
  impl_->only.assign(handler_names.begin(), handler_names.end());
  return *this;
}

std::unique_ptr<Replay> App::replay(std::span<const std::string> projectors, ReplayOptions options, ReplayFrom from) {
  const std::lock_guard lock{impl_->mutex};
  return impl_->make_replay(projectors, std::move(options), from);
}

Position App::restore_kept(std::string_view projector) {
  const Impl::Registered& found = impl_->projector(projector);
  if (!found.uses.read_model) {
    throw Error{Errc::invalid_argument, found.info.name + " keeps its table in memory: nothing of it is kept"};
  }
  return found.uses.read_model()->restore_kept(found.info.name);
}

ReplaySource App::stored_events() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->stored_events();
}

std::unique_ptr<Publisher> App::publisher() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->make_publisher();
}

std::vector<Progress> App::progress(std::string_view handler) {
  const Impl::Registered& found = impl_->handler(handler);
  std::vector<Progress> progress = feed().progress(impl_->settings.get("group").value + "." + found.info.name);
  if (!found.info.is_projector) return progress;
  ReadModel* const tables = found.uses.read_model ? found.uses.read_model() : nullptr;
  for (std::size_t i = 0; i < progress.size(); ++i) {
    progress[i].done.reset();
    if (tables == nullptr) continue;
    const auto done = tables->checkpoint(detail::checkpoint_name(found.info.name, static_cast<std::int32_t>(i)));
    if (done) progress[i].done = std::max(*done, Position::start());  // before its first event it may be below
  }
  return progress;
}

Runner& App::runner() {
  const std::lock_guard lock{impl_->mutex};
  return impl_->make_runner();
}

Runner& App::ready() {
  Logger& to = log();
  load_libraries();
  if (impl_->handlers.empty()) {
    throw Error{Errc::invalid_argument, impl_->name +
                                            " has no handlers to run: register some with app.projector<...>() or "
                                            "app.listener<...>()"};
  }
  Runner& made = runner();
  if (app::broker_kind(impl_->settings.get("broker")) == app::BrokerKind::none) {
    to.log(LogLevel::warn, impl_->name, "broker is none: so no handler will receive an event");
  }
  return made;
}

void App::run(const std::stop_token& stop) {
  Runner& runner = ready();
  const auto server = app::serve_metrics(impl_->settings, impl_->metrics, health(), log());
  runner.run(stop);
}

Running App::start() { return ready().start(); }

std::vector<AggregateInfo> App::aggregates() const { return impl_->aggregates; }

std::vector<HandlerInfo> App::handlers() const {
  std::vector<HandlerInfo> infos;
  for (const Impl::Registered& each : impl_->handlers) infos.push_back(each.info);
  return infos;
}

std::span<const CommandInfo> App::commands() const noexcept { return impl_->commands; }

Json App::schema() const { return app::schema_of(impl_->name, impl_->aggregates, handlers()); }

}  // namespace leftfold::inline v0
