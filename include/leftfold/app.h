// SPDX-License-Identifier: Apache-2.0
// App: one service, configured and wired: its aggregates, handlers, store and broker.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/breaker_store.h>
#include <leftfold/control_store.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_info.h>
#include <leftfold/event_store.h>
#include <leftfold/health.h>
#include <leftfold/json.h>
#include <leftfold/json/storable.h>
#include <leftfold/json_value.h>
#include <leftfold/metrics.h>
#include <leftfold/read_tables.h>
#include <leftfold/replay.h>
#include <leftfold/repository.h>
#include <leftfold/runner.h>
#include <leftfold/settings.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/snapshots.h>
#include <leftfold/sqlite_read_model.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

class App;
class Publisher;

/// A verb of the program's own on its command line. Returns the exit code; `arguments` follow the verb. End soon after
/// `stop` is requested.
using AppCommand = std::function<int(App& app, std::span<const std::string> arguments, const std::stop_token& stop)>;

/// An aggregate as it is or was. Plain value.
struct AggregateState {
  Version version;    ///< of its last event; none() when it has none
  std::string state;  ///< as JSON
};

/// What an App knows of an aggregate: for `handlers`, checks and the tools.
struct AggregateInfo {
  std::string_view name;
  std::vector<std::string_view> events;  ///< stored names; text that lives as long as the program
  /// Repository::history of this type; null when its state cannot be stored as JSON.
  History (*history)(EventStore& store, const RepositoryOptions& options, std::string_view id,
                     const HistoryRange& range) = nullptr;
  EventCatalog catalog{};     ///< the same events, and what is dropped
  Json (*state)() = nullptr;  ///< json::shape_of the state; null when it cannot be stored
  /// Repository::load_at of this type, or load() without a limit; null when its state cannot be stored as JSON.
  AggregateState (*load)(EventStore& store, const RepositoryOptions& options, std::string_view id,
                         std::optional<Version> version, std::optional<Timestamp> time) = nullptr;
  const std::string& (*snapshot_schema)() = nullptr;  ///< snapshot_schema of this type; null as `load`
  std::string library{};                              ///< path of the library it came with; empty: of the program
};

/// What an App knows of a handler.
struct HandlerInfo {
  std::string name;
  bool is_projector = false;
  bool exactly_once = false;              ///< a projector with a read model
  std::vector<std::string_view> handled;  ///< stored names it receives
  std::vector<std::string_view> ignored;  ///< stored names of its lists that it leaves alone
  EventCatalog catalog{};                 ///< all events of its lists
  std::string library{};                  ///< path of the library it came with; empty: of the program
};

/// Where App::replay() reads.
enum class ReplayFrom {
  store,   ///< the store of the settings; dynamodb: is scanned
  broker,  ///< Kafka, up to its head as the replay begins
};

/// What an App knows of a command.
struct CommandInfo {
  std::string name;
  std::string help;
  AppCommand run;
};

/// A service in one object:
///
///     leftfold::App app{"shop"};
///     app.aggregate<Cart>();
///     app.projector<HotProducts>();
///     app.listener<SendReceipt>(mailer);
///     return leftfold::cli::run(argc, argv, app);
///
/// Settings come from flags, the environment, leftfold.toml and defaults (settings.h); the store opens at first use.
/// Register everything first, from one thread; after that store(), feed(), dead_letters(), controls(), breakers(),
/// metrics(), read_model(), read_tables(), snapshots(), repository(), health(), runner() and log() are for any thread,
/// run() for one. What handlers are constructed with must outlive it.
class App {
 public:
  /// `name` names the default file ("shop" -> shop.db) and the program in messages. Reads the environment
  /// and the settings file.
  /// Throws Error(invalid_argument) for a name that is not of letters, digits, '-', '_' and '.'; what is wrong with
  /// either is reported at first use, after flags could mend it.
  explicit App(std::string name, const Settings::Environment& environment = Settings::process_environment());
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Makes an aggregate known to the tools. Throws Error(invalid_argument) for a name registered twice.
  template <AggregateType Root>
  App& aggregate() {
    constexpr auto names = Root::EventList::names();
    AggregateInfo info{reflect::type_name<Root>(), {names.begin(), names.end()}};
    if constexpr (detail::KeptState<typename Root::StateType>) {
      info.history = [](EventStore& store, const RepositoryOptions& options, std::string_view id,
                        const HistoryRange& range) { return Repository<Root>{store, options}.history(id, range); };
      info.load = load_state<Root>;
      info.snapshot_schema = snapshot_schema<Root>;
    }
    info.catalog = catalog_of<typename Root::EventList>();
    if constexpr (json::Storable<typename Root::StateType>) info.state = json::shape_of<typename Root::StateType>;
    add_aggregate(std::move(info));
    return *this;
  }

  /// Constructs a projector from `args` and registers it. Returns it; the App owns it.
  /// Throws what its constructor throws, and Error(invalid_argument) for a name registered twice or once the Runner is
  /// made.
  template <class H, class... Args>
  H& projector(Args&&... args) {
    static_assert(ProjectorType<H>, "app.projector<H>: H derives from leftfold::Projector<Events>");
    return add_handler<H>({}, std::forward<Args>(args)...);
  }

  /// Constructs a listener from `args` and registers it. Returns it; the App owns it. Throws as projector.
  template <class H, class... Args>
  H& listener(Args&&... args) {
    static_assert(ListenerType<H>, "app.listener<H>: H derives from leftfold::Listener<Events>");
    return add_handler<H>({}, std::forward<Args>(args)...);
  }

  /// As projector<H> or listener<H>, with options. What the file, the environment and flags say of failures overrules
  /// `options.failures`.
  template <class H, class... Args>
  H& handler(HandlerOptions options, Args&&... args) {
    return add_handler<H>(std::move(options), std::forward<Args>(args)...);
  }

  /// Adds a verb to the command line. Throws Error(invalid_argument) for a name that is taken or is not of small
  /// letters, digits and '-', and for an empty function.
  App& command(std::string name, std::string help, AppCommand run);

  /// Registers what a shared library of handlers has: docs/guides/handler-libraries.md. A path without a slash is of
  /// the working folder. The library stays loaded until the process ends.
  /// Throws Error(not_found) for a file that is missing; invalid_argument for one that is no library of handlers, that
  /// is loaded already, or that has a name which is taken; unsupported for one that was compiled with another leftfold
  /// or compiler; and what its constructors throw, as Error(handler_failed) unless it is an Error. All or nothing: then
  /// nothing of it is registered.
  App& load(const std::string& path);
  /// load() for each library that the setting `load` names and that was not loaded by it before. The command line calls
  /// it for verbs that use handlers, and run() and start() do. Returns whether any was loaded. Throws as load().
  bool load_libraries();

  [[nodiscard]] const std::string& name() const noexcept;
  /// The settings; change them before first use of the store.
  [[nodiscard]] Settings& settings() noexcept;

  /// Looks at everything that is set. Throws as Settings::validate(), and Error(invalid_config) for settings of a
  /// handler that is not registered, with the nearest one.
  void validate() const;

  /// The store the settings name; opened at first use, and again by the next call if that failed.
  /// Throws as Settings::validate(), and as the store's constructor.
  [[nodiscard]] EventStore& store();
  /// The broker the settings name: the store itself, or Kafka, whose topic is then asked for and created; with `none:`,
  /// or KAFKA_ENABLED=false, one that never brings an event. Throws as store(), and as KafkaBroker's constructor.
  [[nodiscard]] EventFeed& feed();
  /// The dead letters of its handlers, kept where the store is: the same file with sqlite:. With memory: and broker
  /// kafka: its Runner parks nothing, because Kafka's checkpoints would outlive the letters. Throws as store().
  [[nodiscard]] DeadLetterStore& dead_letters();
  /// Pauses and restarts of its handlers, kept where the store is. Throws as store().
  [[nodiscard]] ControlStore& controls();
  /// What the circuit breakers of several processes tell each other, kept where the store is. Throws as store().
  [[nodiscard]] BreakerStore& breakers();
  /// The metrics of this process: the Runner's, the process's, and the program's own.
  [[nodiscard]] Metrics& metrics() noexcept;
  /// The checks of this process: that the store answers ("store", ready), the broker ("broker", ready), what
  /// add_checks() says of its handlers (health_checks.h), and that what is stored reaches the broker ("head"). Add your
  /// own. Made at first use, and its Runner with it; opens the store. Throws as runner().
  [[nodiscard]] Health& health();
  /// Read tables in SQL beside the events: the same file with sqlite:; with memory: a temporary file that ends with the
  /// App; with dynamodb: its use throws Error(unsupported). Hand it to handlers before the settings are known: the file
  /// is asked for at first use.
  [[nodiscard]] SqliteReadModel& read_model() noexcept;
  /// Read tables for ReadTable<Row>, whatever the store: with dynamodb: in its second table, else those of
  /// read_model(). Hand it to handlers before the settings are known: the store is asked for at first use, and what it
  /// throws then is thrown by that use.
  [[nodiscard]] ReadTables& read_tables() noexcept;
  /// The snapshots of its aggregates, kept where the store is; made at first use. Throws as store().
  [[nodiscard]] Snapshots& snapshots();
  /// A repository over store() that counts into metrics(). Unless `options` name snapshots, it uses those of the App as
  /// the settings say (snapshot.*): by default none, and none for a state that cannot be stored as JSON. Throws as
  /// store().
  template <AggregateType Root>
  [[nodiscard]] Repository<Root> repository(RepositoryOptions options = {}) {
    if constexpr (detail::KeptState<typename Root::StateType>) add_snapshots(options);
    if (options.metrics == nullptr) options.metrics = &metrics();
    return Repository<Root>{store(), options};
  }
  /// Leaves out all handlers but these when the Runner is made; call before runner() and run().
  /// Throws Error(not_found) for a name that no handler has, with the nearest one.
  App& only(std::span<const std::string> handler_names);
  /// The Runner with the handlers added, made at first use. Throws as feed(), and Error(invalid_config) for settings
  /// of a handler that is not registered, with the nearest one, and for settings of failures that do not go together.
  [[nodiscard]] Runner& runner();
  /// Runs the handlers until `stop`; the log says what each receives and leaves alone. With the setting metrics_addr a
  /// MetricsServer (metrics_server.h) answers meanwhile. Throws as store() and Runner::run, Error(invalid_argument)
  /// when the App has no handler, and Error(invalid_config) when that address cannot be listened on.
  void run(const std::stop_token& stop);
  /// As run(), on a thread of its own until the returned object ends it: for commands that write and then wait with
  /// runner().wait_until_handled(). Throws as runner() and Runner::start, and Error(invalid_argument) when there is no
  /// handler.
  [[nodiscard]] Running start();
  /// How far a handler is in each partition of the broker, whichever process runs it: so a program can wait for other
  /// services. Without a checkpoint a projector in memory: only its process knows. Throws Error(not_found) for a name
  /// that no handler has, and as feed() and ReadModel::checkpoint().
  [[nodiscard]] std::vector<Progress> progress(std::string_view handler);
  /// What the verb `publisher run` runs, for a program that publishes itself: run() it on a thread of its own
  /// (leftfold/publisher.h). Several, in whatever processes, share the work; it must not outlive the App. The broker
  /// must be kafka: or left to its default. Throws Error(invalid_config) for another broker, and as feed().
  [[nodiscard]] std::unique_ptr<Publisher> publisher();
  /// Every event of the store, for a Replay through projectors that are not registered: it folds the store, whichever
  /// it is. Throws as store().
  ///     leftfold::Replay{app.stored_events()}.add(totals).run(stop);
  [[nodiscard]] ReplaySource stored_events();
  /// A replay of these projectors (empty: of all that have a read model) from where the settings say events are: run()
  /// it. What `options` leave out of dead letters, group, log, metrics, and the broker that projectors go on with after
  /// a scan, the settings fill in. The Runner must not handle one of them meanwhile if its table is in memory. Throws
  /// Error(not_found) for a name that no handler has, invalid_argument for a listener's and for ReplayFrom::broker
  /// without one, and as store(), feed() and Replay.
  [[nodiscard]] std::unique_ptr<Replay> replay(std::span<const std::string> projectors, ReplayOptions options = {},
                                               ReplayFrom from = ReplayFrom::store);
  /// The tables that a projector's last swap kept take their place again: ReadModel::restore_kept. Returns their
  /// checkpoint. Where the store is the broker, logs a warning for events that were parked when they were put aside and
  /// are among the dead letters no more: these tables will never receive them. Throws as replay(), and Error(not_found)
  /// when none are kept.
  Position restore_kept(std::string_view projector);
  /// The logger the settings describe, to stderr. Throws as Settings::validate().
  [[nodiscard]] Logger& log();

  [[nodiscard]] std::vector<AggregateInfo> aggregates() const;
  [[nodiscard]] std::vector<HandlerInfo> handlers() const;
  [[nodiscard]] std::span<const CommandInfo> commands() const noexcept;
  /// The structure of all events, and of the states, of what is registered: docs/reference/schema.md. The same program
  /// gives the same document, so its Json::indented() can be kept in a file and compared.
  [[nodiscard]] Json schema() const;

 private:
  class Impl;
  Runner& ready();
  void add_library(const std::string& path);

  template <AggregateType Root>
  static AggregateState load_state(EventStore& store, const RepositoryOptions& options, std::string_view id,
                                   std::optional<Version> version, std::optional<Timestamp> time) {
    const Repository<Root> repository{store, options};
    const Root root = version ? repository.load_at(id, *version)
                      : time  ? repository.load_at(id, *time)
                              : repository.load(id);
    return {root.version(), to_json(root.state())};
  }
  void add_snapshots(RepositoryOptions& options);
  void add_aggregate(AggregateInfo info);
  /// What can be done with a handler whose type is known no more.
  struct Uses {
    std::function<void(Runner&, HandlerOptions)> add;
    std::function<void(Replay&, std::string)> replay;  // empty: a listener
    std::function<ReadModel*()> read_model;            // empty: it has none
  };
  void own(std::shared_ptr<void> handler, HandlerInfo info, HandlerOptions options, Uses uses);

  template <class H, class... Args>
  H& add_handler(HandlerOptions options, Args&&... args) {
    auto owned = std::make_shared<H>(std::forward<Args>(args)...);
    H& handler = *owned;
    const HandlerTable table = HandlerTable::of(handler);
    HandlerInfo info;
    info.name = options.name.empty() ? std::string{handler_name<H>()} : options.name;
    info.is_projector = ProjectorType<H>;
    info.exactly_once = ProjectorType<H> && HasReadModel<H>;
    info.ignored = table.ignored();
    info.catalog = table.catalog();
    for (const auto& entry : table.entries()) info.handled.push_back(entry.type);
    Uses uses;
    uses.add = [&handler](Runner& runner, HandlerOptions settled) { runner.add(handler, std::move(settled)); };
    if constexpr (ProjectorType<H>) {
      uses.replay = [&handler](Replay& replay, std::string name) { replay.add(handler, std::move(name)); };
    }
    if constexpr (ProjectorType<H> && HasReadModel<H>) {
      uses.read_model = [&handler]() -> ReadModel* { return &static_cast<ReadModel&>(handler.read_model()); };
    }
    own(std::move(owned), std::move(info), std::move(options), std::move(uses));
    return handler;
  }

  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
