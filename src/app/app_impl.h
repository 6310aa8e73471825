// SPDX-License-Identifier: Apache-2.0
// What an App is made of: what was registered, and the parts that are opened when they are needed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/health.h>
#include <leftfold/process_metrics.h>
#include <leftfold/publisher.h>

#include "app/kafka_settings.h"
#include "app/no_feed.h"
#include "app/open_store.h"
#include "app/tables_of_store.h"
#include "app/temporary_file.h"

namespace leftfold::inline v0 {

/// The parts of one App, in its thread rule.
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
  std::filesystem::path tables();

  /// Where ReadTables lie, asked for by them at their first use.
  ReadTables& tables_of_store();

  // The functions below are called with the mutex held.

  Logger& open_log();
  app::OpenStore& open();
  Snapshots& open_snapshots();
  app::OpenKafka& open_kafka();
  EventFeed& open_feed();
  Runner& make_runner();
  Health& make_health();

  /// What repositories of this App count, one an aggregate and type of event.
  std::vector<const Counter*> appended_counters();

  /// Settings of a handler that is not there would be without effect, and nobody would notice.
  void check_handlers_of_settings() const;

  /// Throws Error(not_found), with the nearest.
  const Registered& handler(std::string_view wanted) const;
  const Registered& projector(std::string_view wanted) const;
  ReplaySource replay_source(ReplayOptions& options, ReplayFrom from);
  ReplaySource stored_events();

  std::unique_ptr<Publisher> make_publisher();

  std::unique_ptr<Replay> make_replay(std::span<const std::string> wanted, ReplayOptions options, ReplayFrom from);

  /// The handlers to run, in the order they were registered.
  std::vector<const Registered*> selected() const;

  /// How much was registered.
  struct Registrations {
    std::size_t aggregates;
    std::size_t handlers;
    std::size_t commands;
  };
  [[nodiscard]] Registrations registrations() const { return {aggregates.size(), handlers.size(), commands.size()}; }
  /// Takes back what a library registered before something of it could not be.
  void take_back(const Registrations& before);

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

}  // namespace leftfold::inline v0
