// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_parking.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <leftfold/error.h>

#include "core/dead_letter_checks.h"
#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/dead_letter_item.h"
#include "dynamodb/dead_letter_keys.h"
#include "dynamodb/dead_letter_trail.h"

namespace leftfold::inline v0::dynamodb {
namespace {

// Of one BatchWriteItem, which may have 16 MB as JSON; binary values are a third longer there.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
constexpr std::size_t kMostBatchBytes = std::size_t{8} * 1024 * 1024;

LetterKey key_of(const DeadLetter& letter) { return LetterKey::of(letter.event.view()); }

void append(std::vector<Item>& to, std::vector<Item> items) { std::ranges::move(items, std::back_inserter(to)); }

DeadLetterCall call_of(std::string_view subscription, Timestamp now) {
  return {"dead letters of " + detail::in_quotes(subscription), now};
}

Item key_in(const Item& item) {
  return {{std::string{kKind}, *find_text(item, kKind)}, {std::string{kSort}, *find_text(item, kSort)}};
}

/// What stays costs its place in the table, and nothing else.
void log_leftovers(Client& client, const std::exception& cause) noexcept {
  client.options().log->log(LogLevel::warn, "dynamodb", "copies of dead letters that nothing names stay in the table",
                            {{"cause", cause.what()}});
}

}  // namespace

std::vector<DeadLetterParking::Addition> DeadLetterParking::sorted(std::span<const DeadLetter> letters) {
  std::map<std::string_view, std::map<LetterKey, const DeadLetter*>> by_sequence;
  for (const DeadLetter& letter : letters) by_sequence[letter.sequence].try_emplace(key_of(letter), &letter);
  // Sequences of one call get older in the order they are asked for.
  std::vector<Addition> additions;
  for (const DeadLetter& letter : letters) {
    const auto at = by_sequence.find(letter.sequence);
    if (at == by_sequence.end()) continue;
    Addition& addition = additions.emplace_back();
    addition.sequence = letter.sequence;
    for (const auto& [key, each] : at->second) addition.letters.push_back(each);
    by_sequence.erase(at);
  }
  return additions;
}

std::size_t DeadLetterParking::park(std::string_view subscription, std::span<const DeadLetter> letters,
                                    const DeadLetterLimits& limits) {
  const Timestamp now = client_.options().clock->now();
  return add({subscription, limits, nullptr, now, call_of(subscription, now)}, sorted(letters));
}

std::size_t DeadLetterParking::import(std::string_view subscription, std::span<const DeadLetter> letters,
                                      const ChangedBy& by) {
  const Timestamp now = client_.options().clock->now();
  return add({subscription, {}, &by, now, call_of(subscription, now)}, sorted(letters));
}

bool DeadLetterParking::park_behind(std::string_view subscription, const DeadLetter& follower,
                                    const DeadLetterLimits& limits) {
  const Timestamp now = client_.options().clock->now();
  Order order{subscription, limits, nullptr, now, call_of(subscription, now)};
  for (;; order.call.next_round()) {
    std::vector<Addition> one = sorted({&follower, 1});
    if (!look(order, one.front())) continue;
    if (!one.front().before) return false;
    if (order.call.wrote(*one.front().before) || one.front().fresh.empty()) return true;
    check_limits(order, one);
    if (store(order, one) == DeadLetterCommit::End::stored) return true;
  }
}

std::size_t DeadLetterParking::add(Order order, std::vector<Addition> additions) {
  std::size_t added = 0;
  for (;; order.call.next_round()) {
    bool steady = true;
    for (Addition& addition : additions) steady = steady && look(order, addition);
    if (!steady) continue;
    const auto wrote = [&](const Addition& addition) { return addition.before && order.call.wrote(*addition.before); };
    if (std::ranges::any_of(additions, wrote)) return added;
    std::erase_if(additions, [](const Addition& addition) { return addition.fresh.empty(); });
    if (additions.empty()) return 0;
    check_limits(order, additions);
    added = 0;
    for (const Addition& addition : additions) added += addition.fresh.size();
    switch (store(order, additions)) {
      case DeadLetterCommit::End::stored: return added;
      case DeadLetterCommit::End::raced: break;
      case DeadLetterCommit::End::no_room:
        detail::check_sequences(order.subscription, order.limits.sequences + 1, order.limits);
    }
  }
}

bool DeadLetterParking::look(const Order& order, Addition& addition) const {
  addition.before = reader_.head(order.subscription, addition.sequence);
  addition.fresh = addition.letters;
  if (!addition.before) return true;
  std::vector<std::string> places;
  for (const DeadLetter* letter : addition.letters) places.push_back(place_of(key_of(*letter)));
  const std::set<std::string> there = reader_.present(addition.before->shelf, places);
  std::erase_if(addition.fresh, [&](const DeadLetter* letter) { return there.contains(place_of(key_of(*letter))); });
  // What would be added is known by the head it goes with; what is to be left out only if the head is still there.
  return there.empty() || !addition.fresh.empty() || !reader_.changed(*addition.before);
}

void DeadLetterParking::check_limits(const Order& order, const std::vector<Addition>& additions) const {
  std::size_t made = 0;
  for (const Addition& addition : additions) {
    const std::size_t letters = addition.before ? static_cast<std::size_t>(addition.before->letters) : 0;
    if (!addition.before) ++made;
    detail::check_letters(order.subscription, addition.sequence, letters + addition.fresh.size(), order.limits);
  }
  detail::check_sequences(order.subscription, made, order.limits);
}

void DeadLetterParking::fill(const Order& order, const std::vector<Addition>& additions, Way way,
                             DeadLetterCommit& commit, std::vector<Item>& ahead) const {
  std::int64_t made = 0;
  for (const Addition& addition : additions) {
    DeadHead head;
    if (addition.before) {
      head = *addition.before;
    } else {
      ++made;
      head.subscription = order.subscription;
      head.sequence = addition.sequence;
      head.parked_at = order.now;
    }
    if (!addition.before || way == Way::ahead) head.shelf = Uuid::v7(order.now);
    if (addition.before && way == Way::ahead) {
      append(ahead, kept_under(head.shelf, reader_.items(addition.before->shelf)));
    }
    head.changed_at = order.now;
    head.letters += static_cast<std::int64_t>(addition.fresh.size());
    TrailLine line;
    if (order.by != nullptr) {
      line = {Uuid::v7(order.now), order.now,
              head.sequence,       "import",
              *order.by,           static_cast<std::int64_t>(addition.fresh.size()),
              std::nullopt,        Uuid::v7(order.now)};
      commit.put(trail_item(order.subscription, line));
    }
    std::vector<Item> letters;
    for (const DeadLetter* letter : addition.fresh) {
      std::vector<Item> items = letter_items(head.shelf, *letter, order.by != nullptr ? letter->parked_at : order.now);
      const bool is_first = !addition.before || key_of(*letter) < addition.before->first.key;
      if (is_first && letter == addition.fresh.front()) head.first = first_of(*letter, items.size());
      if (line.after) append(letters, kept_under(*line.after, items));
      append(letters, std::move(items));
    }
    if (way == Way::ahead) append(ahead, std::move(letters));
    else commit.put(std::move(letters));
    addition.before ? commit.replace(*addition.before, std::move(head)) : commit.make(std::move(head));
  }
  if (made == 0) return;
  const auto most = static_cast<std::int64_t>(order.limits.sequences);
  commit.count(order.subscription, made, most > 0 ? std::optional{most - made} : std::nullopt);
}

DeadLetterCommit::End DeadLetterParking::store(const Order& order, const std::vector<Addition>& additions) const {
  std::vector<Item> ahead;
  DeadLetterCommit together{client_, table_, order.call};
  fill(order, additions, Way::together, together, ahead);
  if (together.fits()) return together.commit();

  DeadLetterCommit heads{client_, table_, order.call};
  fill(order, additions, Way::ahead, heads, ahead);
  if (!heads.fits()) {
    throw Error{Errc::invalid_argument,
                "dead letters of " + detail::in_quotes(order.subscription) + ": " + std::to_string(additions.size()) +
                    " sequences at once need " + std::to_string(heads.writes()) +
                    " writes; a transaction of DynamoDB holds 100: park the letters of fewer sequences at once"};
  }
  DeadLetterCommit::End end = DeadLetterCommit::End::raced;
  try {
    write_ahead(ahead);
    end = heads.commit();
  } catch (const Error& error) {
    if (error.code() != Errc::in_doubt) forget(ahead);  // else it may still become what a head names
    throw;
  }
  if (end != DeadLetterCommit::End::stored) {
    if (!heads.in_doubt()) forget(ahead);  // else a head may name it
    return end;
  }
  for (const Addition& addition : additions) {
    if (addition.before) forget(addition.before->shelf);
  }
  return end;
}

void DeadLetterParking::write_ahead(std::span<const Item> items) const {
  for (std::span<const Item> left = items; !left.empty();) {
    std::size_t bytes = 0;
    std::size_t number = 0;
    while (number < std::min(left.size(), kMostPuts)) {
      bytes += item_size(left[number]);
      if (number > 0 && bytes > kMostBatchBytes) break;
      ++number;
    }
    client_.put_all(table_, left.first(number));
    left = left.subspan(number);
  }
}

void DeadLetterParking::remove_all(std::span<const Item> items) const {
  std::vector<Item> keys;
  std::ranges::transform(items, std::back_inserter(keys), key_in);
  for (std::span<const Item> left = keys; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostPuts));
    client_.remove_all(table_, part);
    left = left.subspan(part.size());
  }
}

void DeadLetterParking::forget(std::span<const Item> written_ahead) const noexcept {
  try {
    remove_all(written_ahead);
  } catch (const std::exception& error) {
    log_leftovers(client_, error);
  }
}

void DeadLetterParking::forget(const Uuid& shelf) const noexcept {
  try {
    remove_all(reader_.items(shelf));
  } catch (const std::exception& error) {
    log_leftovers(client_, error);
  }
}

}  // namespace leftfold::inline v0::dynamodb
