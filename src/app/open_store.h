// SPDX-License-Identifier: Apache-2.0
// Opens the store a setting names.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/control_store.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_import.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/published_store.h>
#include <leftfold/read_tables.h>
#include <leftfold/settings.h>
#include <leftfold/snapshot_store.h>
#include <leftfold/sqlite.h>

#include "app/part.h"
#include "app/store_fact.h"

namespace leftfold::inline v0::app {

/// A store, its own broker, and what is kept beside the events; all are parts of one object and end with it.
struct OpenStore {
  std::shared_ptr<EventStore> store;
  EventImport* import = nullptr;  ///< never null in a store that is open
  Part<EventFeed> feed{"feed of events"};
  Part<DeadLetterStore> dead_letters{"dead letters"};
  /// A claim on dead letters ends for a process that saw it stand still for its lease: one that comes later must look
  /// on.
  bool claims_are_watched = false;
  Part<ControlStore> controls{"controls"};
  Part<BreakerStore> breakers{"breakers"};
  Part<SnapshotStore> snapshots{"snapshots"};
  std::function<std::vector<StoredSubscription>()> subscriptions;  ///< that were ever opened; memory: knows of none
  std::function<std::vector<StoredSubscription>()> projections;    ///< whose read model lies beside the events
  ReadTables* read_tables = nullptr;                               ///< null: those of a SqliteReadModel
  /// The ports of a publisher of this name; empty for a store whose events have an order, which is its feed.
  std::function<PublishedStore(std::string_view name)> published;
  std::function<std::vector<StoreFact>()> facts;  ///< what it says of itself, for people
  std::function<std::vector<std::string>(const std::stop_token&)>
      check;  ///< as SqliteStore::check_file; empty: it has no file
  std::function<bool(const std::string&, const BackupProgress&)>
      backup;  ///< as SqliteStore::backup; empty: it has no file
};

/// Opens it; memory: gives a new, empty one. What the settings do not say, DynamoDB takes from the environment, as
/// AWS's own tools do. With `patience` a store that does not answer is given up after that long, without another try.
/// Throws as store_address() and as the store's constructor.
[[nodiscard]] OpenStore open_store(const Settings& settings, SqliteOptions::Mode mode, Logger& log,
                                   Metrics& metrics = no_metrics(),
                                   std::optional<std::chrono::milliseconds> patience = {});

}  // namespace leftfold::inline v0::app
