// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_dead_letters.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/dead_letter_checks.h"

namespace leftfold::inline v0::detail {
namespace {

LetterKey key_of(const DeadLetter& letter) { return LetterKey::of(letter.event.view()); }

DeadLetterChange change_of(std::string_view subscription, const DeadLetter& letter, std::string_view action,
                           const ChangedBy& by, Timestamp now) {
  DeadLetterChange change;
  change.at = now;
  change.subscription = subscription;
  change.sequence = letter.sequence;
  change.letter = key_of(letter);
  change.event_id = letter.event.id;
  change.action = action;
  change.by = by;
  return change;
}

}  // namespace

MemoryDeadLetters::Sequence* MemoryDeadLetters::find(std::string_view subscription, std::string_view sequence) {
  const auto found = sequences_.find({std::string{subscription}, std::string{sequence}});
  return found == sequences_.end() ? nullptr : &found->second;
}

MemoryDeadLetters::Sequence* MemoryDeadLetters::find(const DeadLetterClaim& claim) {
  Sequence* sequence = find(claim.subscription, claim.sequence);
  return sequence != nullptr && sequence->claim && sequence->claim->token == claim.token ? sequence : nullptr;
}

std::size_t MemoryDeadLetters::count(std::string_view subscription) const {
  return static_cast<std::size_t>(std::count_if(sequences_.begin(), sequences_.end(), [&](const auto& entry) {
    return entry.first.subscription == subscription;
  }));
}

bool MemoryDeadLetters::add(const Id& id, const DeadLetter& letter, const DeadLetterLimits& limits, bool keep_facts,
                            Timestamp now) {
  const LetterKey key = key_of(letter);
  if (const Sequence* sequence = find(id.subscription, id.sequence)) {
    if (sequence->letters.contains(key)) return false;
    check_letters(id.subscription, id.sequence, sequence->letters.size() + 1, limits);
  } else {
    check_sequences(id.subscription, count(id.subscription) + 1, limits);
    check_letters(id.subscription, id.sequence, 1, limits);
  }
  DeadLetter copy = letter;
  copy.error_message = cut_error(letter.error_message);
  if (!keep_facts) copy.parked_at = now;
  std::map<LetterKey, DeadLetter> added;
  added.emplace(key, std::move(copy));
  const auto [place, made] = sequences_.try_emplace(id);
  place->second.letters.merge(added);  // never throws, as the rest
  place->second.changed_at = now;
  if (!made) return true;
  place->second.number = made_++;
  place->second.parked_at = now;
  return true;
}

void MemoryDeadLetters::take_back(const Id& id, const LetterKey& letter) noexcept {
  const auto place = sequences_.find(id);
  place->second.letters.erase(letter);
  if (place->second.letters.empty()) sequences_.erase(place);
}

void MemoryDeadLetters::make_room(std::size_t changes) {
  const std::size_t needed = changes_.size() + changes;
  if (needed > changes_.capacity()) changes_.reserve(std::max(needed, 2 * changes_.capacity()));
}

void MemoryDeadLetters::note(std::vector<DeadLetterChange> changes) noexcept {
  std::move(changes.begin(), changes.end(), std::back_inserter(changes_));  // there is room
}

std::size_t MemoryDeadLetters::add(std::string_view subscription, std::span<const DeadLetter> letters,
                                   const DeadLetterLimits& limits, const ChangedBy* by, Timestamp now) {
  std::vector<std::pair<Id, LetterKey>> added;
  std::vector<DeadLetterChange> changes;
  added.reserve(letters.size());
  try {
    for (const DeadLetter& letter : letters) {
      std::pair<Id, LetterKey> place{Id{std::string{subscription}, letter.sequence}, key_of(letter)};
      if (!add(place.first, letter, limits, by != nullptr, now)) continue;
      added.push_back(std::move(place));  // there is room
      if (by == nullptr) continue;
      changes.push_back(change_of(subscription, letter, "import", *by, now));
      changes.back().after = letter.event.payload;
    }
    make_room(changes.size());
  } catch (...) {
    for (const auto& [id, key] : added) take_back(id, key);
    throw;
  }
  note(std::move(changes));
  return added.size();
}

DeadLetterStore::Removed MemoryDeadLetters::remove_first(const DeadLetterClaim& claim, const LetterKey& letter,
                                                         const ChangedBy* by, Timestamp now) {
  Sequence* sequence = find(claim);
  if (sequence == nullptr || sequence->letters.begin()->first != letter) return DeadLetterStore::Removed::refused;
  const auto place = sequences_.find(Id{claim.subscription, claim.sequence});
  if (by != nullptr) {
    const DeadLetter& first = sequence->letters.begin()->second;
    DeadLetterChange change = change_of(claim.subscription, first, "skip", *by, now);
    change.before = first.event.payload;
    changes_.push_back(std::move(change));
  }
  sequence->letters.erase(sequence->letters.begin());
  sequence->changed_at = now;
  if (!sequence->letters.empty()) return DeadLetterStore::Removed::letter;
  sequences_.erase(place);
  return DeadLetterStore::Removed::sequence;
}

std::size_t MemoryDeadLetters::discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action,
                                       Timestamp now) {
  const Sequence* sequence = find(claim);
  if (sequence == nullptr) return 0;
  std::vector<DeadLetterChange> changes;
  for (const auto& [key, letter] : sequence->letters) {
    changes.push_back(change_of(claim.subscription, letter, action, by, now));
    changes.back().before = letter.event.payload;
  }
  const auto place = sequences_.find(Id{claim.subscription, claim.sequence});
  make_room(changes.size());
  const std::size_t letters = changes.size();
  note(std::move(changes));
  sequences_.erase(place);
  return letters;
}

bool MemoryDeadLetters::edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                             const ChangedBy& by, Timestamp now) {
  Sequence* sequence = find(claim);
  if (sequence == nullptr) return false;
  const auto place = sequence->letters.find(letter);
  if (place == sequence->letters.end()) return false;
  DeadLetterChange change = change_of(claim.subscription, place->second, "edit", by, now);
  change.before = place->second.event.payload;
  change.after = payload;
  std::string edited{payload};
  changes_.push_back(std::move(change));
  place->second.event.payload = std::move(edited);
  sequence->changed_at = now;
  return true;
}

}  // namespace leftfold::inline v0::detail
