// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_trail.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/attribute_forms.h"
#include "dynamodb/dead_letter_keys.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::size_t kAtOnce = 25;  // letters, of up to 64 MiB each

[[noreturn]] void throw_corrupt(std::string_view subscription, const std::string& line) {
  throw Error{Errc::corrupt, "dead letters of " + detail::in_quotes(subscription) + ": line " +
                                 detail::in_quotes(line) +
                                 " of the audit trail cannot be read; look at the item in the second table"};
}

DeadLetterChange change_of(std::string_view subscription, const TrailLine& line, const DeadLetter& letter) {
  DeadLetterChange change;
  change.at = line.at;
  change.subscription = subscription;
  change.sequence = line.sequence;
  change.letter = LetterKey::of(letter.event.view());
  change.event_id = letter.event.id;
  change.action = line.action;
  change.by = line.by;
  return change;
}

/// Adds one change a letter, in the order of letters, from the one numbered `first` on, at most `max`. A discard may
/// have taken more letters than memory holds: those before are read and let go, those behind are not read.
void add_changes(std::vector<DeadLetterChange>& found, const DeadLetterReader& reader, std::string_view subscription,
                 const TrailLine& line, std::size_t first, std::size_t max) {
  const auto all = static_cast<std::size_t>(line.letters);
  const std::size_t end = first + std::min(max, all - first);
  std::optional<LetterKey> behind;
  for (std::size_t place = 0; place < end;) {
    std::vector<KeptLetter> some =
        reader.letters(line.before ? *line.before : *line.after, line.sequence, behind, std::min(end - place, kAtOnce));
    if (some.empty()) throw_corrupt(subscription, line.id.to_string());
    behind = LetterKey::of(some.back().letter.event.view());
    for (KeptLetter& each : some) {
      if (place++ < first) continue;
      DeadLetterChange& change = found.emplace_back(change_of(subscription, line, each.letter));
      (line.before ? change.before : change.after) = std::move(each.letter.event.payload);
    }
  }
  if (!line.before || !line.after) return;
  std::vector<KeptLetter> edited = reader.letters(*line.after, line.sequence, std::nullopt, 2);
  if (all != 1 || edited.size() != 1) throw_corrupt(subscription, line.id.to_string());
  found.back().after = std::move(edited.front().letter.event.payload);
}

}  // namespace

Item trail_item(std::string_view subscription, const TrailLine& line) {
  Item item{{std::string{kKind}, changes_of(subscription)}, {std::string{kSort}, line.id.to_string()}};
  item.push_back({"at", number(line.at)});
  item.push_back({"sequence", text_or_bytes(line.sequence)});
  item.push_back({"action", line.action});
  add_text(item, "who", line.by.who);
  add_text(item, "why", line.by.why);
  item.push_back({"letters", number(line.letters)});
  if (line.before) item.push_back({"before", bytes_of(*line.before)});
  if (line.after) item.push_back({"after", bytes_of(*line.after)});
  return item;
}

TrailLine read_trail_line(std::string_view subscription, const Item& item) {
  const std::string* const place = find_text(item, kSort);
  const auto id = place != nullptr ? Uuid::parse(*place) : std::nullopt;
  const auto at = find_time(item, "at");
  const auto sequence = find_text_or_bytes(item, "sequence");
  const std::string* const action = find_text(item, "action");
  const auto who = find_text_or_bytes(item, "who");
  const auto why = find_text_or_bytes(item, "why");
  const auto letters = find_integer(item, "letters");
  const auto before = find_uuid(item, "before");
  const auto after = find_uuid(item, "after");
  if (!id || !at || !sequence || action == nullptr || !who || !why || !letters || *letters < 1 || (!before && !after)) {
    throw_corrupt(subscription, place != nullptr ? *place : "?");
  }
  return {*id, *at, *sequence, *action, {*who, *why}, *letters, before, after};
}

std::vector<Item> kept_under(const Uuid& shelf, std::vector<Item> items) {
  for (Item& item : items) {
    for (Attribute& attribute : item) {
      if (attribute.name == kKind) attribute.value = letters_of(shelf);
    }
  }
  return items;
}

std::vector<DeadLetterChange> read_changes(const DeadLetterReader& reader, std::string_view subscription,
                                           std::string_view sequence, std::size_t offset, std::size_t max) {
  std::vector<DeadLetterChange> found;
  if (max == 0) return found;
  reader.each(reader.all_of(changes_of(subscription)), [&](Item&& item) {
    const TrailLine line = read_trail_line(subscription, item);
    if (!sequence.empty() && sequence != line.sequence) return true;
    if (const auto letters = static_cast<std::size_t>(line.letters); letters <= offset) {
      offset -= letters;
      return true;
    }
    add_changes(found, reader, subscription, line, std::exchange(offset, 0), max - found.size());
    return found.size() < max;
  });
  return found;
}

}  // namespace leftfold::inline v0::dynamodb
