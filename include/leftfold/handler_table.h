// Which events a handler receives: found at compile time from its `on` overloads.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <leftfold/event.h>
#include <leftfold/json.h>
#include <leftfold/metadata.h>

namespace leftfold {

template <class H, class E>
concept HandlesPlain = requires(H& h, const E& e) { h.on(e); };
template <class H, class E>
concept HandlesWithMetadata = requires(H& h, const E& e, const EventMetadata& m) { h.on(e, m); };
/// H has an `on` for E: `on(const E&)` or `on(const E&, const EventMetadata&)`.
template <class H, class E>
concept Handles = HandlesPlain<H, E> || HandlesWithMetadata<H, E>;
/// Almost: an `on` that would need a changeable event, and would otherwise be ignored without a word.
template <class H, class E>
concept HandlesMutable =
    !Handles<H, E> && (requires(H& h, E& e) { h.on(e); } || requires(H& h, E& e, EventMetadata& m) { h.on(e, m); });

namespace detail {

/// Throws Error(unsupported): the event was written by a newer program than this one.
void check_schema_version(const RecordedEvent& event, int known);
// Throws Error(invalid_data) with the event's place and the JSON path.
[[noreturn]] void throw_undecodable(const RecordedEvent& event, const JsonError& cause);
// Throws Error(invalid_data) with what the broker's adapter said of the record.
[[noreturn]] void throw_unreadable(const RecordedEvent& event);
// Throws Error(invalid_data) with what the publisher said of the event.
[[noreturn]] void throw_unpublished(const RecordedEvent& event);

template <class E>
[[nodiscard]] E decode(const RecordedEvent& event) {
  if (event.schema_version > event_version<E>()) check_schema_version(event, event_version<E>());
  try {
    return from_json<E>(event.payload);
  } catch (const JsonError& e) {
    throw_undecodable(event, e);
  }
}

// True when every `on` of H can be called on a const H: by convention such a handler may run on several threads.
template <class H, class E>
inline constexpr bool kHandlesConst = !Handles<H, E> || Handles<const H, E>;

}  // namespace detail

/// The decoded link between stored events and a handler's `on` overloads.
/// Immutable once made. The handler it was made from must outlive it.
class HandlerTable {
 public:
  struct Entry {
    std::string_view type;  ///< stored event name
    void (*handle)(void* handler, const RecordedEvent& event);
  };

  /// Builds the table of `handler`. Compile errors say what to write when the handler is not right.
  template <class H>
  [[nodiscard]] static HandlerTable of(H& handler) {
    return build(handler, static_cast<typename H::Catalog*>(nullptr));
  }

  /// True when the handler receives this event. Each receives kUnreadable and kUnpublished: it might have been one of
  /// its own.
  [[nodiscard]] bool handles(std::string_view type) const noexcept {
    return find(type) != nullptr || type == kUnreadable || type == kUnpublished;
  }

  /// Decodes the event and calls the handler. Returns false when the handler has no `on` for it.
  /// Throws what the handler throws; Error(invalid_data) when the event does not decode, with its id and JSON path, and
  /// for kUnreadable and kUnpublished, with what is wrong; Error(unsupported) when it was written by a newer program.
  bool handle(const RecordedEvent& event) const;

  /// Stored names the handler receives, and those of its lists that it leaves alone.
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const std::vector<std::string_view>& ignored() const noexcept { return ignored_; }
  /// True when every `on` is const: the handler says that it may run on several threads.
  [[nodiscard]] bool is_const() const noexcept { return is_const_; }

 private:
  [[nodiscard]] const Entry* find(std::string_view type) const noexcept;

  template <class H, class... E>
  static HandlerTable build(H& handler, Events<E...>*) {
    static_assert((Handles<H, E> || ...) || (HandlesMutable<H, E> || ...),
                  "the handler receives nothing: write `void on(const Event&)` for an event of its list");
    static_assert(!(HandlesMutable<H, E> || ...),
                  "`on` must take its event by const reference: `void on(const Event&)`");
    HandlerTable table;
    table.handler_ = &handler;
    table.is_const_ = (detail::kHandlesConst<H, E> && ...);
    (table.add<H, E>(), ...);
    return table;
  }

  template <class H, class E>
  void add() {
    if constexpr (HandlesWithMetadata<H, E>) {
      entries_.push_back({event_name<E>(), [](void* h, const RecordedEvent& e) {
                            static_cast<H*>(h)->on(detail::decode<E>(e), metadata_of(e));
                          }});
    } else if constexpr (HandlesPlain<H, E>) {
      entries_.push_back(
          {event_name<E>(), [](void* h, const RecordedEvent& e) { static_cast<H*>(h)->on(detail::decode<E>(e)); }});
    } else {
      ignored_.push_back(event_name<E>());
    }
  }

  std::vector<Entry> entries_;
  std::vector<std::string_view> ignored_;
  void* handler_ = nullptr;
  bool is_const_ = false;
};

/// The name a handler's checkpoint is kept under: its type's unqualified name, or
/// `static constexpr std::string_view handler_name`. Renaming a handler starts it from the beginning again.
template <class H>
[[nodiscard]] constexpr std::string_view handler_name() {
  if constexpr (requires {
                  { H::handler_name } -> std::convertible_to<std::string_view>;
                }) {
    return H::handler_name;
  } else {
    return reflect::type_name<H>();
  }
}

}  // namespace leftfold
