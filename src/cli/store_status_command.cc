// SPDX-License-Identifier: Apache-2.0
// The command store status: where a store is, and how large.
#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <leftfold/error.h>

#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/event_counts.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"
#include "cli/json_object.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// Of a store with an order.
struct Ends {
  Position head;
  std::optional<Timestamp> first_at;
  std::optional<Timestamp> last_at;
};

std::optional<Timestamp> time_at(EventStore& store, Position position) {
  if (position == Position::start()) return std::nullopt;
  const EventPage page = store.read_all(Position{position.value() - 1}, 1);
  return page.empty() ? std::nullopt : std::optional{page[0].committed_at};
}

std::optional<Ends> ends_of(const Opened& opened) {
  if (scan_of(opened) != nullptr) return std::nullopt;
  Ends ends;
  ends.head = opened.store->head();
  if (ends.head != Position::start()) ends.first_at = time_at(*opened.store, Position{1});
  ends.last_at = time_at(*opened.store, ends.head);
  return ends;
}

std::string line(std::string_view name, std::string_view text) {
  constexpr std::size_t kWidth = 16;
  return std::string{name} + std::string(kWidth - std::min(kWidth - 1, name.size()), ' ') + printable(text) + "\n";
}

/// "wal_bytes", 4152 as "wal size", "4.1 kB".
std::string line_of(const app::StoreFact& fact) {
  std::string name{fact.name};
  const auto* const number = std::get_if<std::int64_t>(&fact.value);
  constexpr std::string_view kBytes = "_bytes";
  if (number != nullptr && name.ends_with(kBytes)) {
    name.resize(name.size() - kBytes.size());
    return line(name + " size", bytes_text(static_cast<std::uint64_t>(*number)));
  }
  std::replace(name.begin(), name.end(), '_', ' ');
  return line(name, number != nullptr ? std::to_string(*number) : std::get<std::string>(fact.value));
}

std::string for_people(const std::string& store, const std::optional<Ends>& ends,
                       const std::vector<app::StoreFact>& facts, const std::optional<std::size_t>& subscriptions) {
  std::string text = line("store", store);
  if (ends) {
    text += line("head", std::to_string(ends->head.value()));
    if (ends->first_at) text += line("first event", base::to_rfc3339(*ends->first_at));
    if (ends->last_at) text += line("last event", base::to_rfc3339(*ends->last_at));
  }
  for (const app::StoreFact& fact : facts) text += line_of(fact);
  if (subscriptions) text += line("subscriptions", std::to_string(*subscriptions));
  return text;
}

std::string for_programs(const std::string& store, const std::optional<Ends>& ends,
                         const std::vector<app::StoreFact>& facts, const std::optional<std::size_t>& subscriptions) {
  JsonObject object;
  object.text("store", store);
  if (ends) {
    object.number("head", ends->head.value()).time("first_at", ends->first_at).time("last_at", ends->last_at);
  } else {
    object.raw("head", "null");
  }
  for (const app::StoreFact& fact : facts) {
    if (const auto* const number = std::get_if<std::int64_t>(&fact.value)) object.number(fact.name, *number);
    else object.text(fact.name, std::get<std::string>(fact.value));
  }
  object.raw("subscriptions", subscriptions ? std::to_string(*subscriptions) : "null");
  return object.str();
}

}  // namespace

int show_store_status(Context& context) {
  const Opened opened = open_for_reading(context);
  const std::string& store = context.program.settings.get("store").value;
  const std::optional<Ends> ends = ends_of(opened);
  std::vector<app::StoreFact> facts;
  if (opened.own.facts) facts = opened.own.facts();
  std::optional<std::size_t> subscriptions;
  if (opened.own.subscriptions) subscriptions = opened.own.subscriptions().size();
  Output out;
  if (context.json) {
    out.write(std::string{kEnvelopeStart} + for_programs(store, ends, facts, subscriptions) + envelope_end());
  } else {
    out.write(for_people(store, ends, facts, subscriptions));
  }
  out.flush();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
