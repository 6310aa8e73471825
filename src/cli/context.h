// SPDX-License-Identifier: Apache-2.0
// What a command gets to work with.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/app.h>

#include "app/open_store.h"
#include "cli/command_line.h"
#include "cli/output.h"
#include "cli/stop_signals.h"

namespace leftfold::inline v0::cli {

/// The program whose command line is read.
struct Program {
  std::string name;
  Settings& settings;
  App* app = nullptr;    ///< none in lfold, unless libraries of handlers are loaded
  App* stock = nullptr;  ///< in lfold: the App that libraries are loaded into
};

struct Context {
  Program& program;
  const CommandLine& line;
  const StopSignals& signals;
  Terminal out;  ///< what stdout is
  Terminal err;
  bool json = false;
  bool quiet = false;
  bool envelope_written = false;  ///< set by a command that ends its own --json document, also when it failed
};

/// A store opened for a command.
struct Opened {
  std::unique_ptr<Logger> log;
  app::OpenStore own;  // empty when the App's own store in memory is used
  EventStore* store = nullptr;
  app::Part<EventFeed> feed = own.feed;  // the store's own
  app::Part<DeadLetterStore> dead_letters = own.dead_letters;
  app::Part<ControlStore> controls = own.controls;
  app::Part<BreakerStore> breakers = own.breakers;
  app::Part<SnapshotStore> snapshots = own.snapshots;

  /// What brings events to handlers: the store itself, or Kafka, which is asked then and not before. Throws
  /// Error(unsupported) for a store that brings none, and as App::feed().
  std::function<EventFeed&()> broker;

  /// Subscriptions that were ever opened on it. Throws as the store.
  [[nodiscard]] std::vector<StoredSubscription> subscriptions() const;
  /// Checkpoints of read models beside the events. Throws as the store.
  [[nodiscard]] std::vector<StoredSubscription> projections() const;
};

/// Opens the store that the settings name, read-only; memory: is the App's own.
/// Throws as Settings::validate(), Error(not_found) for a file that is missing.
[[nodiscard]] Opened open_for_reading(Context& context);
/// Opens what is there, for a change; as open_for_reading(). A program's dead letters, controls and breakers are then
/// those its App has, which its Runner uses.
[[nodiscard]] Opened open_for_writing(Context& context);

/// The program's own App, or that of the loaded libraries. Throws UsageError in lfold without them.
[[nodiscard]] App& own_app(const Context& context);

/// To stderr, as the settings say. Throws Error(invalid_config).
[[nodiscard]] std::unique_ptr<Logger> service_log(const Settings& settings);
/// Of a command that looks, which is not the service's life: from warn on, unless a flag asks for another level.
[[nodiscard]] std::unique_ptr<Logger> looking_log(const Settings& settings);

/// Prints a line to stderr for a person who reads along; nothing with -q.
void hint(const Context& context, std::string_view text);

}  // namespace leftfold::inline v0::cli
