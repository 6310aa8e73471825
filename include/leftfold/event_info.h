// SPDX-License-Identifier: Apache-2.0
// What a program knows of its events at run time: names, versions, the way from older versions, structure.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/event.h>
#include <leftfold/event_page.h>
#include <leftfold/json.h>
#include <leftfold/json/shape.h>
#include <leftfold/upcast.h>

namespace leftfold::inline v0 {

/// One event of a list. A constant: any thread, as long as the program; one object an event, so that addresses tell
/// events apart.
struct EventInfo {
  std::string_view name;
  std::span<const std::string_view> former_names;
  int version = 1;
  /// Stored versions from here on up to `version` are read as they are.
  int direct_from = std::numeric_limits<int>::min();
  std::span<const UpcastStep> upcasts;         ///< from version 1, 2, ...
  void (*decode)(const RecordedEvent& event);  ///< decodes it and lets it go. Throws as HandlerTable::handle
  Json (*shape)();                             ///< json::shape_of the struct
  /// Decodes it and writes it again: with every field, in the order of their declaration. Throws as `decode`.
  std::string (*rewrite)(const RecordedEvent& event);

  /// True when events stored under this name are this event.
  [[nodiscard]] bool is_stored_as(std::string_view type) const noexcept;
};

/// The events of one list. Plain value; what it refers to are constants.
struct EventCatalog {
  std::span<const EventInfo* const> events;   ///< in the order of the list
  std::span<const std::string_view> dropped;  ///< names whose events are passed over

  /// The event stored under this name, or null pointer; also for one that is dropped.
  [[nodiscard]] const EventInfo* find(std::string_view type) const noexcept;
  [[nodiscard]] bool drops(std::string_view type) const noexcept;
};

/// A stored event as the program knows it now: one event, several (a split), or none (dropped). Each has its present
/// name and version and a payload to match; all else is that of the stored event. Immutable; moving keeps views valid.
/// The stored event must outlive it.
class UpcastEvents {
 public:
  [[nodiscard]] const std::vector<RecordedEvent>& events() const noexcept { return events_; }

 private:
  friend struct Upcasting;
  std::vector<std::string> texts_;
  std::vector<RecordedEvent> events_;
};

/// Brings a stored event up to date. Empty when the catalog does not know its type.
/// Throws Error(unsupported) when a newer program wrote it; invalid_data when its payload is no JSON or an upcast
/// throws, with the event's place and the step.
[[nodiscard]] std::optional<UpcastEvents> upcast(const RecordedEvent& event, const EventCatalog& catalog);

/// Whether this program can read a stored event: brings it up to date and decodes what comes out. Returns false when
/// the catalog does not know its type. Throws as upcast() and as decoding does.
[[nodiscard]] bool try_decode(const RecordedEvent& event, const EventCatalog& catalog);

namespace detail {

/// Throws Error(unsupported): the event was written by a newer program than this one.
void check_schema_version(const RecordedEvent& event, int known);
// Throws Error(invalid_data) with the event's place and the JSON path.
[[noreturn]] void throw_undecodable(const RecordedEvent& event, const JsonError& cause);

// An event that is stored as the struct is today. Older ones go through upcast() first.
template <class E>
[[nodiscard]] E decode(const RecordedEvent& event) {
  if (event.schema_version > event_version<E>()) check_schema_version(event, event_version<E>());
  try {
    return from_json<E>(event.payload);
  } catch (const JsonError& e) {
    throw_undecodable(event, e);
  }
}

template <class E>
[[nodiscard]] constexpr auto make_steps() {
  if constexpr (requires { E::Upcasts::kCount; }) {
    return E::Upcasts::make();
  } else {
    return std::array<UpcastStep, 0>{};
  }
}
template <class E>
inline constexpr auto kUpcastSteps = make_steps<E>();

template <class E>
[[nodiscard]] constexpr int direct_from() {
  for (std::size_t i = kUpcastSteps<E>.size(); i-- > 0;) {
    if (!kUpcastSteps<E>[i].is_unchanged) return static_cast<int>(i) + 2;
  }
  return std::numeric_limits<int>::min();
}
template <class E>
inline constexpr int kDirectFrom = direct_from<E>();

template <class E>
inline constexpr EventInfo kEventInfo{event_name<E>(),
                                      kFormerNames<E>,
                                      event_version<E>(),
                                      kDirectFrom<E>,
                                      kUpcastSteps<E>,
                                      [](const RecordedEvent& event) { (void)decode<E>(event); },
                                      [] { return json::shape_of<E>(); },
                                      [](const RecordedEvent& event) { return to_json(decode<E>(event)); }};

template <class List, class Live>
struct CatalogOf;
template <class List, class... E>
struct CatalogOf<List, Events<E...>> {
  static constexpr std::array<const EventInfo*, sizeof...(E)> kEvents{&kEventInfo<E>...};
  static constexpr auto kDropped = List::dropped_names();
};

}  // namespace detail

/// What the program knows of `List`, an Events<...>.
template <class List>
[[nodiscard]] EventCatalog catalog_of() noexcept {
  using Of = detail::CatalogOf<List, typename List::Live>;
  return {Of::kEvents, Of::kDropped};
}

}  // namespace leftfold::inline v0
