// SPDX-License-Identifier: Apache-2.0
#include "app/open_store.h"

#include <cstdint>
#include <utility>

#ifdef LEFTFOLD_WITH_DYNAMODB
#include <leftfold/dynamodb.h>
#endif

#include <leftfold/memory.h>
#include <leftfold/memory_breaker_store.h>
#include <leftfold/memory_control_store.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/memory_snapshot_store.h>

#include "app/address.h"

namespace leftfold::inline v0::app {
namespace {

struct InMemory {
  MemoryStore events;
  MemoryDeadLetterStore dead_letters;
  MemoryControlStore controls;
  MemoryBreakerStore breakers;
  MemorySnapshotStore snapshots;
};

OpenStore open_memory() {
  auto parts = std::make_shared<InMemory>();
  OpenStore open;
  open.feed = &parts->events;
  open.dead_letters = &parts->dead_letters;
  open.controls = &parts->controls;
  open.breakers = &parts->breakers;
  open.snapshots = &parts->snapshots;
  open.subscriptions = [] { return std::vector<StoredSubscription>{}; };
  open.import = &parts->events;
  EventStore* const store = &parts->events;
  open.store = std::shared_ptr<EventStore>{std::move(parts), store};
  return open;
}

std::vector<StoreFact> facts_of(SqliteStore& store) {
  const SqliteFileInfo info = store.file_info();
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  return {{"file", store.file()},
          {"format_version", info.format_version},
          {"streams", number(info.streams)},
          {"snapshots", number(info.snapshots)},
          {"file_bytes", number(info.file_bytes)},
          {"wal_bytes", number(info.wal_bytes)},
          {"free_bytes", number(info.free_bytes)},
          {"sqlite", info.sqlite_version}};
}

OpenStore open_sqlite(SqliteOptions options) {
  auto store = std::make_shared<SqliteStore>(std::move(options));
  OpenStore open;
  open.feed = store.get();
  open.import = store.get();
  open.dead_letters = &store->dead_letters();
  open.controls = &store->controls();
  open.breakers = &store->breakers();
  open.snapshots = &store->snapshots();
  open.subscriptions = [file = store.get()] { return file->subscriptions(); };
  open.projections = [file = store.get()] { return file->projections(); };
  open.facts = [file = store.get()] { return facts_of(*file); };
  open.check = [file = store.get()](const std::stop_token& stop) { return file->check_file(stop); };
  open.backup = [file = store.get()](const std::string& to, const BackupProgress& progress) {
    return file->backup(to, progress);
  };
  open.store = std::move(store);
  return open;
}

#ifdef LEFTFOLD_WITH_DYNAMODB
// The Node library's second table. Who has it set must not look for letters there in vain.
void tell_of_error_table(const Settings& settings, const DynamoDbOptions& used, Logger& log) {
  const auto variable = settings.environment().find("ERRORSTORE_TABLE_NAME");
  if (variable == settings.environment().end() || variable->second.empty()) return;
  log.log(LogLevel::info, "app",
          "ERRORSTORE_TABLE_NAME is not used: there is no table of errors, what is no event is in",
          {{"table", used.second_table}});
}

OpenStore open_dynamodb(const Settings& settings, SqliteOptions::Mode mode, Logger& log, Metrics& metrics,
                        std::optional<std::chrono::milliseconds> patience) {
  DynamoDbOptions options = DynamoDbOptions::from(settings.environment());
  // A command that looks makes no table.
  if (mode == SqliteOptions::Mode::read_only) options.tables = DynamoDbOptions::Tables::must_exist;
  if (patience) {
    options.max_attempts = 1;
    options.connect_timeout = options.request_timeout = *patience;
  }
  options.log = &log;
  options.metrics = &metrics;
  OpenStore open;
  auto store = std::make_shared<DynamoDbStore>(std::move(options));
  open.import = store.get();
  tell_of_error_table(settings, store->options(), log);
  open.controls = &store->controls();
  open.breakers = &store->breakers();
  open.dead_letters = &store->dead_letters();
  open.claims_are_watched = true;
  open.snapshots = &store->snapshots();
  open.read_tables = &store->read_tables();
  open.facts = [table = store.get()] {
    return std::vector<StoreFact>{{"events_table", table->options().events_table},
                                  {"second_table", table->options().second_table},
                                  {"items_about", static_cast<std::int64_t>(table->rough_size())}};
  };
  open.published = [table = store.get()](std::string_view name) { return table->published(name); };
  open.store = std::move(store);
  return open;
}
#else
// store_address() refused it.
OpenStore open_dynamodb(const Settings&, SqliteOptions::Mode, Logger&, Metrics&,
                        std::optional<std::chrono::milliseconds>) {
  return {};
}
#endif

}  // namespace

OpenStore open_store(const Settings& settings, SqliteOptions::Mode mode, Logger& log, Metrics& metrics,
                     std::optional<std::chrono::milliseconds> patience) {
  const StoreAddress where = store_address(settings.get("store"));
  if (where.kind == StoreKind::dynamodb) {
    return open_dynamodb(settings, mode, log, metrics, patience);
  }
  if (where.kind == StoreKind::memory) return open_memory();
  SqliteOptions options;
  options.file = where.file;
  options.mode = mode;
  options.log = &log;
  if (patience) options.lock_timeout = *patience;
  return open_sqlite(std::move(options));
}

}  // namespace leftfold::inline v0::app
