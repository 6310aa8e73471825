// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_reader.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/dead_letter_item.h"
#include "dynamodb/dead_letter_keys.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::size_t kMostOfAPage = 1000;

// Of one BatchGetItem: it answers with at most 16 MB, and what it leaves out looks like throttling.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
constexpr std::size_t kMostLetters = 40;
static_assert(kMostLetters <= kMostGets && kMostLetters * kMaxItemBytes <= std::size_t{16} * 1024 * 1024);

[[noreturn]] void throw_missing(const Uuid& shelf, const std::string& place) {
  throw Error{Errc::corrupt, "dead letters: parts of the letter " + detail::in_quotes(place) + " under " +
                                 detail::in_quotes(letters_of(shelf)) +
                                 " are missing, or it is; look at the second table, and restore it from a backup"};
}

std::string sort_key_of(const Item& item) {
  const std::string* const key = find_text(item, kSort);
  return key != nullptr ? *key : std::string{};
}

}  // namespace

QueryRequest DeadLetterReader::behind(const Uuid& shelf, const LetterKey& key) const {
  QueryRequest query = all_of(letters_of(shelf));
  query.key.text += " AND #s > :s";
  query.key.names.emplace_back("#s", kSort);
  query.key.values.push_back({":s", behind_place(place_of(key))});
  return query;
}

std::vector<std::string> DeadLetterReader::subscriptions() const {
  std::vector<std::string> names;
  each(all_of(std::string{kDeadSubscriptions}), [&](Item&& item) {
    names.push_back(sort_key_of(item));
    return true;
  });
  return names;
}

std::optional<DeadHead> DeadLetterReader::head(std::string_view subscription, std::string_view sequence) const {
  const GetResult got = client_.get(table_, head_key(subscription, sequence));
  return got.item ? std::optional{read_head(subscription, *got.item)} : std::nullopt;
}

std::vector<DeadHead> DeadLetterReader::heads(std::string_view subscription) const {
  std::vector<DeadHead> heads;
  each(all_of(heads_of(subscription)), [&](Item&& item) {
    heads.push_back(read_head(subscription, item));
    return true;
  });
  return heads;
}

std::vector<KeptLetter> DeadLetterReader::letters(const Uuid& shelf, std::string_view sequence,
                                                  std::optional<LetterKey> after, std::size_t max) const {
  std::vector<KeptLetter> letters;
  if (max == 0) return letters;
  QueryRequest query = after ? behind(shelf, *after) : all_of(letters_of(shelf));
  query.limit = static_cast<int>(std::min(max, kMostOfAPage));
  std::vector<Item> items;  // of the letter that is being collected
  std::size_t wanted = 0;
  each(query, [&](Item&& item) {
    if (items.empty()) wanted = items_in_all(item);
    else if (place_in(sort_key_of(item)) != sort_key_of(items.front())) {
      throw_missing(shelf, sort_key_of(items.front()));
    }
    items.push_back(std::move(item));
    if (items.size() < wanted) return true;
    DeadLetter letter = read_letter(sequence, items);
    letters.push_back({std::move(letter), std::exchange(items, {})});
    return letters.size() < max;
  });
  if (!items.empty()) throw_missing(shelf, sort_key_of(items.front()));
  return letters;
}

std::vector<KeptLetter> DeadLetterReader::letters(const DeadHead& head, std::size_t max) const {
  std::vector<KeptLetter> letters = this->letters(head.shelf, head.sequence, std::nullopt, max);
  if (max == 0) return letters;
  if (letters.empty() || LetterKey::of(letters.front().letter.event.view()) != head.first.key) {
    throw_missing(head.shelf, place_of(head.first.key));
  }
  return letters;
}

std::optional<KeptLetter> DeadLetterReader::letter(const DeadHead& head, const LetterKey& key) const {
  QueryRequest query = all_of(letters_of(head.shelf));
  query.key.text += " AND begins_with(#s, :s)";
  query.key.names.emplace_back("#s", kSort);
  query.key.values.push_back({":s", place_of(key)});
  KeptLetter kept;
  each(query, [&](Item&& item) {
    kept.items.push_back(std::move(item));
    return true;
  });
  if (kept.items.empty()) return std::nullopt;
  if (kept.items.size() != items_in_all(kept.items.front())) throw_missing(head.shelf, place_of(key));
  kept.letter = read_letter(head.sequence, kept.items);
  return kept;
}

KeptLetter DeadLetterReader::need(const DeadHead& head, const LetterKey& key) const {
  std::optional<KeptLetter> found = letter(head, key);
  if (!found) throw_missing(head.shelf, place_of(key));
  return std::move(*found);
}

FirstLetter DeadLetterReader::next(const Uuid& shelf, const LetterKey& key) const {
  QueryRequest query = behind(shelf, key);
  query.limit = 1;
  std::optional<FirstLetter> next;
  each(query, [&](Item&& item) {
    next = read_first_letter(item);
    return false;
  });
  if (!next) throw_missing(shelf, behind_place(place_of(key)));
  return *next;
}

std::set<std::string> DeadLetterReader::present(const Uuid& shelf, std::span<const std::string> places) const {
  std::set<std::string> found;
  for (std::span<const std::string> left = places; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostLetters));
    std::vector<Item> keys;
    for (const std::string& place : part) {
      keys.push_back({{std::string{kKind}, letters_of(shelf)}, {std::string{kSort}, place}});
    }
    for (const Item& item : client_.get_all(table_, keys)) found.insert(sort_key_of(item));
    left = left.subspan(part.size());
  }
  return found;
}

bool DeadLetterReader::changed(const DeadHead& head) const {
  const std::optional<DeadHead> now = this->head(head.subscription, head.sequence);
  return !now || now->shelf != head.shelf || now->revision != head.revision;
}

std::vector<Item> DeadLetterReader::items(const Uuid& shelf) const {
  std::vector<Item> items;
  each(all_of(letters_of(shelf)), [&](Item&& item) {
    items.push_back(std::move(item));
    return true;
  });
  return items;
}

}  // namespace leftfold::inline v0::dynamodb
