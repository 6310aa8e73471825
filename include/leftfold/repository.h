// Repository: loads an aggregate, runs a command, appends its events; again on conflict.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/clock.h>
#include <leftfold/event_store.h>
#include <leftfold/handler_table.h>
#include <leftfold/json.h>
#include <leftfold/metadata.h>

namespace leftfold {

struct RepositoryOptions {
  int attempts = 10;  ///< how often execute runs a command that meets a conflict, before VersionConflict
  /// Longest wait between attempts (random, growing; none after the first conflict). Zero for none, as tests with a
  /// clock that stands still want it.
  std::chrono::milliseconds max_back_off{20};
  std::size_t page_events = 1000;  ///< events read at once while loading
  Clock* clock = &system_clock();  ///< dates event ids; must outlive the repository
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

// Repository without its types: loops, retries and settling live in repository.cc, compiled once.
struct AggregateOps {
  void (*apply)(void* root, const RecordedEvent& event);  // decodes and applies; throws Error with the event's place
  Version (*stored_version)(const void* root);
  void (*encode)(const void* root, std::vector<NewEvent>& into);
  void (*mark_saved)(void* root);
};

struct LoadLimit {
  std::optional<Version> version;  // last version to apply
  std::optional<Timestamp> time;   // last commit time to apply
};

void load(EventStore& store, const RepositoryOptions& options, const AggregateOps& ops, std::string_view id, void* root,
          const LoadLimit& limit);
// Empty: a conflict, with the store's version in `actual`.
[[nodiscard]] std::optional<CommandResult> append(EventStore& store, const RepositoryOptions& options,
                                                  const AggregateOps& ops, std::string_view id, void* root,
                                                  const CommandOptions& command, Version& actual);
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
/// Any thread. The store and the clock must outlive it.
template <AggregateType Root>
class Repository {
 public:
  explicit Repository(EventStore& store, RepositoryOptions options = {}) : store_{&store}, options_{options} {}

  /// The aggregate with all its events applied; a new, empty one when it has none.
  /// Throws Error(unavailable); corrupt for an event this program does not know; invalid_data for one that does not
  /// decode; unsupported for one written by a newer program.
  [[nodiscard]] Root load(std::string_view id) const { return load(id, {}); }

  /// The aggregate as it was just after event `version`, or as it is now if it is not that far. Throws like load.
  [[nodiscard]] Root load_at(std::string_view id, Version version) const {
    return load(id, {.version = version, .time = {}});
  }

  /// The aggregate as it was at `time`: with every event committed then or before. Throws like load.
  [[nodiscard]] Root load_at(std::string_view id, Timestamp time) const {
    return load(id, {.version = {}, .time = time});
  }

  /// Appends the events that `root` has created since it was loaded; nothing happens when there are none.
  /// Throws VersionConflict when another writer was first (root is unchanged; load again), Error like
  /// EventStore::append; an unknown outcome is settled by reading, and only if that fails too it throws
  /// Error(in_doubt). When the result is repeated, the events of `root` were not stored: load again to see the first
  /// ones.
  CommandResult save(Root& root, const CommandOptions& command = {}) const {
    const Version expected = root.stored_version();
    Version actual;
    if (auto result = detail::append(*store_, options_, ops(), root.id(), &root, command, actual)) return *result;
    throw VersionConflict{root.id(), expected, actual};
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
        Root root = load(id);
        // After the load: a commit with this key that came later is caught by the append.
        if (auto first = detail::find_result(*store_, id, options)) return *first;
        const Version expected = root.stored_version();
        command(root);
        Version actual;
        if (auto result = detail::append(*store_, options_, ops(), id, &root, options, actual)) return *result;
        if (attempt >= options_.attempts) throw VersionConflict{id, expected, actual};
        detail::back_off(options_, attempt);
      }
    }
  }

 private:
  [[nodiscard]] Root load(std::string_view id, const detail::LoadLimit& limit) const {
    Root root{std::string{id}};
    detail::load(*store_, options_, ops(), id, &root, limit);
    return root;
  }

  [[nodiscard]] static const detail::AggregateOps& ops() {
    static constexpr detail::AggregateOps kOps{
        &apply,
        [](const void* root) { return static_cast<const Root*>(root)->stored_version(); },
        &encode,
        [](void* root) { detail::AggregateAccess::mark_saved(*static_cast<Root*>(root)); },
    };
    return kOps;
  }

  static void apply(void* root, const RecordedEvent& event) {
    if (event.type == kSnapshotNote) return detail::AggregateAccess::pass_over(*static_cast<Root*>(root));
    if (!apply_one_of(*static_cast<Root*>(root), event, static_cast<typename Root::EventList*>(nullptr))) {
      detail::throw_unknown_event(event, reflect::type_name<Root>());
    }
  }

  template <class... E>
  static bool apply_one_of(Root& root, const RecordedEvent& event, Events<E...>*) {
    return (apply_if<E>(root, event) || ...);
  }

  template <class E>
  static bool apply_if(Root& root, const RecordedEvent& event) {
    if (event.type != event_name<E>()) return false;
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
};

}  // namespace leftfold
