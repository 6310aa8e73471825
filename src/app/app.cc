// SPDX-License-Identifier: Apache-2.0
#include <leftfold/app.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include <leftfold/error.h>
#include <leftfold/publisher.h>

#include "app/address.h"
#include "app/app_impl.h"
#include "app/handler_libraries.h"
#include "app/lacking_events.h"
#include "app/legal_names.h"
#include "app/observe_settings.h"
#include "app/schema.h"
#include "app/snapshot_settings.h"
#include "app/verbs.h"
#include "runtime/checkpoint_name.h"

namespace leftfold::inline v0 {
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

void App::add_library(const std::string& path) {
  const app::OpenLibrary library = app::open_library(path);
  const std::string shown = "handler library " + path;
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
    impl_->aggregates[i].library = path;
  }
  for (std::size_t i = before.handlers; i < impl_->handlers.size(); ++i) {
    impl_->handlers[i].info.library = path;
  }
}

App& App::load(const std::string& path) {
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
  DeadLetterStore& letters = dead_letters();  // before anything changes, as it may fail
  ReadModel& tables = *found.uses.read_model();
  const Position checkpoint = tables.restore_kept(found.info.name);
  // A store that is no broker has no positions that the checkpoint could be compared with.
  if (app::broker_kind(impl_->settings.get("broker")) == app::BrokerKind::embedded && impl_->opened.feed.get()) {
    app::tell_of_lacking_events(tables, found.info.name, impl_->settings.get("group").value + "." + found.info.name,
                                checkpoint, letters, store(), log());
  }
  return checkpoint;
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
