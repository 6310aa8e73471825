// SPDX-License-Identifier: Apache-2.0
// Repository: loads an aggregate, runs a command, appends its events; again on conflict.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/aggregate_ops.h>
#include <leftfold/aggregate_root.h>
#include <leftfold/clock.h>
#include <leftfold/event_store.h>
#include <leftfold/handler_table.h>
#include <leftfold/history.h>
#include <leftfold/json.h>
#include <leftfold/metadata.h>
#include <leftfold/snapshot_policy.h>

namespace leftfold::inline v0 {

class Metrics;
class Snapshots;

/// How a Repository tries again, pages and uses snapshots. Plain value.
struct RepositoryOptions {
  int attempts = 10;  ///< how often execute runs a command that meets a conflict, before VersionConflict
  /// Longest wait between attempts (random, growing; none after the first conflict). Zero for none, as tests with a
  /// clock that stands still want it.
  std::chrono::milliseconds max_back_off{20};
  std::size_t page_events = 1000;    ///< events read at once while loading
  Clock* clock = &system_clock();    ///< dates event ids; must outlive the repository
  Snapshots* snapshots = nullptr;    ///< null: loads fold every event; must outlive the repository
  SnapshotPolicy snapshot_policy{};  ///< when one is taken, if there are snapshots
  Metrics* metrics = nullptr;        ///< null: nothing is counted; must outlive the repository
};

/// What a command says about itself.
struct CommandOptions {
  /// Makes the command happen once: a second one with the same key on the same aggregate does nothing and returns the
  /// first result. Empty for none.
  std::string idempotency_key;
  CommandContext context;  ///< correlation, causation, trace and headers stored with every event
};

/// What became of a command.
struct CommandResult {
  Version version;         ///< the aggregate's version after it; none() when it has no event
  Position position;       ///< store position of its last event, for Runner::wait_until_handled; start() without events
  std::size_t events = 0;  ///< how many events it stored
  bool repeated = false;   ///< true: its idempotency key was used before; this is the first result
};

namespace detail {

// Repository without its types: loops, retries and settling live in core's sources, compiled once.
struct LoadLimit {
  std::optional<Version> version;  // last version to apply
  std::optional<Timestamp> time;   // last commit time to apply
};

class CommandMetrics;
// Null without RepositoryOptions::metrics. `types` are the aggregate's events; text that lives as long as the program.
[[nodiscard]] std::shared_ptr<const CommandMetrics> command_metrics(const RepositoryOptions& options,
                                                                    const AggregateOps& ops,
                                                                    std::span<const std::string_view> types);

void load(EventStore& store, const RepositoryOptions& options, const AggregateOps& ops, std::string_view id, void* root,
          const LoadLimit& limit, const CommandMetrics* metrics = nullptr);
// Makes the root what a snapshot of the Node library says, if the state asks for those and this is one that fits.
[[nodiscard]] bool restore_note(const AggregateOps& ops, void* root, const RecordedEvent& event);
// Hands a snapshot over when one is due.
void offer_snapshot(const RepositoryOptions& options, const AggregateOps& ops, std::string_view id,
                    void* root) noexcept;
// Throws Error(invalid_argument) for snapshots of a state that cannot be stored.
void check_options(const RepositoryOptions& options, const AggregateOps& ops);
// Empty: a conflict, with the store's version in `actual`.
[[nodiscard]] std::optional<CommandResult> append(EventStore& store, const RepositoryOptions& options,
                                                  const AggregateOps& ops, std::string_view id, void* root,
                                                  const CommandOptions& command, const CommandMetrics* metrics,
                                                  Version& actual);
[[nodiscard]] std::optional<CommandResult> find_result(EventStore& store, std::string_view id,
                                                       const CommandOptions& command);
void back_off(const RepositoryOptions& options, int attempt);
[[noreturn]] void throw_unknown_event(const RecordedEvent& event, std::string_view aggregate);

}  // namespace detail

/// Aggregates of one type in one store.
///
///     leftfold::Repository<Cart> carts{store};
///     carts.execute("cart-42", [](Cart& cart) { cart.add_item("apple", 2); });
///
/// With RepositoryOptions::snapshots, a load begins at the newest snapshot instead of the first event and gives the
/// same aggregate; docs/guides/snapshots.md says when it may not. Any thread. The store, the clock and the snapshots
/// must outlive it.
template <AggregateType Root>
class Repository {
 public:
  /// Throws Error(invalid_argument) for snapshots of an aggregate whose state cannot be stored as JSON (json.h).
  explicit Repository(EventStore& store, RepositoryOptions options = {}) : store_{&store}, options_{options} {
    detail::check_options(options_, ops());
    constexpr auto names = Root::EventList::names();
    metrics_ = detail::command_metrics(options_, ops(), names);
  }

  /// The aggregate with all its events applied; a new, empty one when it has none.
  /// Throws Error(unavailable); corrupt for an event this program does not know; invalid_data for one that does not
  /// decode; unsupported for one written by a newer program.
  [[nodiscard]] Root load(std::string_view id) const {
    Root root = load(id, {});
    detail::offer_snapshot(options_, ops(), id, &root);
    return root;
  }

  /// The aggregate as it was just after event `version`, or as it is now if it is not that far. Throws like load.
  [[nodiscard]] Root load_at(std::string_view id, Version version) const {
    return load(id, {.version = version, .time = {}});
  }

  /// The aggregate as it was at `time`: with every event committed then or before. Throws like load.
  [[nodiscard]] Root load_at(std::string_view id, Timestamp time) const {
    return load(id, {.version = {}, .time = time});
  }

  /// The aggregate after each of its events, with what each changed in the state.
  ///
  ///     leftfold::History history = carts.history("cart-42");
  ///     while (const auto step = history.next()) std::cout << step->event.type << ' ' << step->state << '\n';
  ///
  /// Nothing is read before the first next(), whose errors are those of load.
  [[nodiscard]] History history(std::string_view id, const HistoryRange& range = {}) const {
    static_assert(json::Storable<typename Root::StateType>,
                  "history: the state must be a plain struct of fields that can be stored as JSON (json.h)");
    return History{*store_, options_, ops(), id, std::make_shared<Root>(std::string{id}), range};
  }

  /// Appends the events that `root` has created since it was loaded; nothing happens when there are none.
  /// Throws VersionConflict when another writer was first (root is unchanged; load again), Error like
  /// EventStore::append; an unknown outcome is settled by reading, and only if that fails too it throws
  /// Error(in_doubt). When the result is repeated, the events of `root` were not stored: load again to see the first
  /// ones.
  CommandResult save(Root& root, const CommandOptions& command = {}) const {
    const Version expected = root.stored_version();
    Version actual;
    const auto result = detail::append(*store_, options_, ops(), root.id(), &root, command, metrics_.get(), actual);
    if (!result) throw VersionConflict{root.id(), expected, actual};
    detail::offer_snapshot(options_, ops(), root.id(), &root);
    return *result;
  }

  /// Loads the aggregate, calls `command(root)`, appends what it created. On a conflict, loads and calls it again, up
  /// to RepositoryOptions::attempts times, so `command` must not have effects of its own. What it throws passes through
  /// and nothing is stored. With an idempotency key that was used before, `command` is not called.
  /// Throws like load and save.
  template <class Command>
  CommandResult execute(std::string_view id, Command&& command, const CommandOptions& options = {}) const {
    static_assert(std::is_invocable_v<Command&, Root&>,
                  "a command is called with the aggregate: [](Cart& cart) { ... }");
    if constexpr (std::is_invocable_v<Command&, Root&>) {
      static_assert(std::is_void_v<std::invoke_result_t<Command&, Root&>>,
                    "a command returns nothing: on a repeated idempotency key it is not called at all");
      for (int attempt = 1;; ++attempt) {
        Root root = load(id, {});
        // After the load: a commit with this key that came later is caught by the append.
        if (auto first = detail::find_result(*store_, id, options)) return *first;
        const Version expected = root.stored_version();
        command(root);
        Version actual;
        if (auto result = detail::append(*store_, options_, ops(), id, &root, options, metrics_.get(), actual)) {
          detail::offer_snapshot(options_, ops(), id, &root);
          return *result;
        }
        if (attempt >= options_.attempts) throw VersionConflict{id, expected, actual};
        detail::back_off(options_, attempt);
      }
    }
  }

 private:
  [[nodiscard]] Root load(std::string_view id, const detail::LoadLimit& limit) const {
    Root root{std::string{id}};
    detail::load(*store_, options_, ops(), id, &root, limit, metrics_.get());
    return root;
  }

  [[nodiscard]] static const detail::AggregateOps& ops() {
    static constexpr detail::AggregateOps kOps{
        &apply,
        [](const void* root) { return static_cast<const Root*>(root)->version(); },
        [](const void* root) { return static_cast<const Root*>(root)->stored_version(); },
        &encode,
        [](void* root) { detail::AggregateAccess::mark_saved(*static_cast<Root*>(root)); },
        [](void* root) -> detail::LoadTrace& { return detail::AggregateAccess::trace(*static_cast<Root*>(root)); },
        reflect::type_name<Root>(),
        detail::state_codec<Root>(),
    };
    return kOps;
  }

  static void apply(void* root, const RecordedEvent& event) {
    if (event.type == kSnapshotNote) return detail::AggregateAccess::pass_over(*static_cast<Root*>(root));
    if (!apply_one_of(*static_cast<Root*>(root), event, static_cast<Live*>(nullptr))) {
      apply_former(*static_cast<Root*>(root), event);
    }
  }

  // What is stored under a former name or version, and what is dropped. A split event is one version all the same.
  [[gnu::noinline]] static void apply_former(Root& root, const RecordedEvent& event) {
    const auto now = upcast(event, catalog_of<typename Root::EventList>());
    if (!now) detail::throw_unknown_event(event, reflect::type_name<Root>());
    for (const RecordedEvent& part : now->events()) apply_part(root, part, static_cast<Live*>(nullptr));
    detail::AggregateAccess::pass_over(root);
  }

  template <class... E>
  static void apply_part(Root& root, const RecordedEvent& part, Events<E...>*) {
    (void)((part.type == event_name<E>() &&
            (detail::AggregateAccess::apply_part(root, detail::decode<E>(part)), true)) ||
           ...);
  }

  using Live = typename Root::EventList::Live;

  template <class... E>
  static bool apply_one_of(Root& root, const RecordedEvent& event, Events<E...>*) {
    return (apply_if<E>(root, event) || ...);
  }

  template <class E>
  static bool apply_if(Root& root, const RecordedEvent& event) {
    if (event.type != event_name<E>()) return false;
    if (event.schema_version < detail::kDirectFrom<E>) return false;  // through apply_former
    detail::AggregateAccess::apply_stored(root, detail::decode<E>(event));
    return true;
  }

  static void encode(const void* root, std::vector<NewEvent>& into) {
    for (const auto& any : static_cast<const Root*>(root)->uncommitted()) {
      std::visit(
          [&into]<class E>(const E& event) {
            into.push_back({Uuid{}, std::string{event_name<E>()}, to_json(event), {}, event_version<E>()});
          },
          any);
    }
  }

  EventStore* store_;
  RepositoryOptions options_;
  std::shared_ptr<const detail::CommandMetrics> metrics_;
};

}  // namespace leftfold::inline v0
