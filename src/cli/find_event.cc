// SPDX-License-Identifier: Apache-2.0
#include "cli/find_event.h"

#include <chrono>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/published_store.h>

#include "cli/command_failed.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/numbers.h"
#include "runtime/replay/replay_range.h"

namespace leftfold::inline v0::cli {
namespace {

// Clocks of writers and of the store: an id is made before its event is stored.
constexpr std::chrono::minutes kClocksDiffer{5};

std::optional<Timestamp> time_in(const Uuid& id) {
  const auto& bytes = id.bytes();
  if (bytes[6] >> 4 != 7) return std::nullopt;
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | bytes[i];
  return Timestamp{std::chrono::milliseconds{milliseconds}};
}

std::string store_of(const Context& context) { return context.program.settings.get("store").value; }

EventCopy at_position(const Context& context, const Opened& opened, std::int64_t position) {
  const EventPage page = opened.store->read_all(Position{position - 1}, 1);
  if (position > 0 && !page.empty() && page[0].position.value() == position) return EventCopy{page[0]};
  throw Error{Errc::not_found, "there is no event at position " + std::to_string(position) + " in " +
                                   store_of(context) + "; its last one is at " +
                                   std::to_string(opened.store->head().value())};
}

EventCopy at_version(const Context& context, const Opened& opened, const std::string& stream, std::int64_t version) {
  expect_stream(context, *opened.store, stream);
  const EventPage page = opened.store->read_stream(stream, Version{version}, 1);
  if (!page.empty()) return EventCopy{page[0]};
  throw Error{Errc::not_found, "stream \"" + stream + "\" has no version " + std::to_string(version) +
                                   "; its last one is " + std::to_string(last_version(*opened.store, stream).value())};
}

}  // namespace

EventScan* scan_of(const Opened& opened) { return opened.own.published ? opened.own.published("look").scan : nullptr; }

void expect_stream(const Context& context, EventStore& store, std::string_view stream) {
  if (!store.read_stream(stream, Version{0}, 1).empty()) return;
  throw Error{Errc::not_found, "stream \"" + std::string{stream} + "\" has no events in " + store_of(context) +
                                   "; see what is there: " + context.program.name + " streams ls"};
}

std::optional<EventCopy> find_event(const Context& context, const Opened& opened, const Uuid& id) {
  std::optional<EventCopy> found;
  const auto look = [&](const RecordedEvent& event) {
    if (event.id != id) return true;
    found.emplace(event);
    return false;
  };
  EventWalk walk{*opened.store, scan_of(opened), context.signals.token()};
  EventChoice choice;
  const std::optional<Timestamp> time = time_in(id);
  if (scan_of(opened) == nullptr && time && opened.store->is_in_time_order()) {
    const Position near = runtime::last_before(*opened.store, *time - kClocksDiffer, opened.store->head());
    choice.from = {EventPlace::Kind::after_first, near.value()};
    (void)walk.run(choice, look);
    choice.from = {};
    choice.to = {EventPlace::Kind::after_first, near.value()};
  }
  if (!found) (void)walk.run(choice, look);
  if (!found && context.signals.received() != 0) {
    throw CommandFailed{kSignal + context.signals.received(), "stopped", "stopped before the event was found"};
  }
  return found;
}

EventCopy event_of(const Context& context, const Opened& opened, std::span<const std::string> words) {
  if (words.size() == 2) {
    const auto version = whole_number(words[1]);
    if (!version) throw UsageError{"\"" + words[1] + "\" is no version; use a number from 0"};
    return at_version(context, opened, words[0], *version);
  }
  if (const auto position = whole_number(words[0])) return at_position(context, opened, *position);
  const std::optional<Uuid> id = Uuid::parse(words[0]);
  if (!id) throw UsageError{"\"" + words[0] + "\" is neither an event's id nor a position; or give STREAM VERSION"};
  std::optional<EventCopy> found = find_event(context, opened, *id);
  if (!found) throw Error{Errc::not_found, "there is no event " + words[0] + " in " + store_of(context)};
  return std::move(*found);
}

}  // namespace leftfold::inline v0::cli
