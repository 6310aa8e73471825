// SPDX-License-Identifier: Apache-2.0
// Which events a handler receives: found at compile time from its `on` overloads.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <leftfold/event.h>
#include <leftfold/event_info.h>
#include <leftfold/json.h>
#include <leftfold/metadata.h>

namespace leftfold::inline v0 {

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

// Throws Error(invalid_data) with what the broker's adapter said of the record.
[[noreturn]] void throw_unreadable(const RecordedEvent& event);
// Throws Error(invalid_data) with what the publisher said of the event.
[[noreturn]] void throw_unpublished(const RecordedEvent& event);

// Which of the events that a stored one was split into.
struct PartNumber {
  int part = 0;
  int parts = 1;
  std::int32_t stored_version = 0;  // schema version as stored; 0: that of the event handed in
};
[[nodiscard]] EventMetadata metadata_of_part(const RecordedEvent& event, const PartNumber& number);

// True when every `on` of H can be called on a const H: by convention such a handler may run on several threads.
template <class H, class E>
inline constexpr bool kHandlesConst = !Handles<H, E> || Handles<const H, E>;

}  // namespace detail

/// The decoded link between stored events and a handler's `on` overloads.
/// Immutable once made. The handler it was made from must outlive it.
class HandlerTable {
 public:
  /// An event that the handler receives.
  struct Entry {
    std::string_view type;  ///< stored event name
    int direct_from;        ///< stored versions from here on need no upcast
    void (*handle)(void* handler, const RecordedEvent& event, const detail::PartNumber& number);
  };

  /// Builds the table of `handler`. Compile errors say what to write when the handler is not right.
  template <class H>
  [[nodiscard]] static HandlerTable of(H& handler) {
    HandlerTable table = build(handler, static_cast<typename H::Catalog::Live*>(nullptr));
    table.catalog_ = catalog_of<typename H::Catalog>();
    table.find_former();
    return table;
  }

  /// True when the handler receives events stored under this name: also a former name, and one whose upcasts may split
  /// into an event it receives. Each receives kUnreadable and kUnpublished: it might have been one of its own.
  [[nodiscard]] bool handles(std::string_view type) const noexcept {
    return find(type) != nullptr || type == kUnreadable || type == kUnpublished || handles_former(type);
  }

  /// Decodes the event and calls the handler, for each part of one that an upcast splits. Returns false when the
  /// handler has no `on` for it. Throws what the handler throws; Error(invalid_data) when the event does not decode,
  /// with its id and JSON path, and for kUnreadable and kUnpublished, with what is wrong; Error(unsupported) when it
  /// was written by a newer program.
  bool handle(const RecordedEvent& event) const;

  /// Present names the handler receives, and those of its lists that it leaves alone.
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const std::vector<std::string_view>& ignored() const noexcept { return ignored_; }
  /// True when every `on` is const: the handler says that it may run on several threads.
  [[nodiscard]] bool is_const() const noexcept { return is_const_; }
  /// All events of its lists.
  [[nodiscard]] const EventCatalog& catalog() const noexcept { return catalog_; }

 private:
  [[nodiscard]] const Entry* find(std::string_view type) const noexcept;
  [[nodiscard]] bool handles_former(std::string_view type) const noexcept;
  bool handle_former(const RecordedEvent& event) const;
  void find_former();

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
      entries_.push_back(
          {event_name<E>(), detail::kDirectFrom<E>, [](void* h, const RecordedEvent& e, const detail::PartNumber& n) {
             static_cast<H*>(h)->on(detail::decode<E>(e), detail::metadata_of_part(e, n));
           }});
    } else if constexpr (HandlesPlain<H, E>) {
      entries_.push_back(
          {event_name<E>(), detail::kDirectFrom<E>, [](void* h, const RecordedEvent& e, const detail::PartNumber&) {
             static_cast<H*>(h)->on(detail::decode<E>(e));
           }});
    } else {
      ignored_.push_back(event_name<E>());
    }
  }

  std::vector<Entry> entries_;
  std::vector<std::string_view> ignored_;
  std::vector<std::string_view> former_;  // other names whose events become ones that the handler receives
  EventCatalog catalog_;
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

}  // namespace leftfold::inline v0
