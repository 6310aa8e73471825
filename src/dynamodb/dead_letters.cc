// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letters.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "core/dead_letter_checks.h"
#include "dynamodb/dead_letter_trail.h"

namespace leftfold::inline v0::dynamodb {

std::vector<std::string> DeadLetters::sequences(std::string_view subscription) {
  std::vector<std::string> ids;
  for (DeadHead& head : reader_.heads(subscription)) ids.push_back(std::move(head.sequence));
  return ids;
}

std::vector<DeadHead> DeadLetters::fitting(const DeadLetterFilter& filter) const {
  std::vector<DeadHead> all;
  const auto add = [&](std::string_view subscription) {
    std::vector<DeadHead> heads;
    if (filter.sequence.empty()) heads = reader_.heads(subscription);
    else if (auto head = reader_.head(subscription, filter.sequence)) heads.push_back(std::move(*head));
    std::erase_if(heads, [&](const DeadHead& head) { return !fits(filter, head); });
    std::ranges::sort(heads, {}, [](const DeadHead& head) { return std::tie(head.parked_at, head.shelf); });
    std::ranges::move(heads, std::back_inserter(all));
  };
  if (!filter.subscription.empty()) add(filter.subscription);
  else std::ranges::for_each(reader_.subscriptions(), add);
  return all;
}

DeadSequence DeadLetters::shown(const DeadHead& head) {
  DeadSequence shown;
  shown.subscription = head.subscription;
  shown.sequence = head.sequence;
  shown.letters = static_cast<std::size_t>(head.letters);
  shown.first = head.first.key;
  shown.event_type = head.first.event_type;
  shown.reason = head.first.reason;
  shown.failure = head.first.failure;
  shown.error_type = head.first.error_type;
  shown.error_message = head.first.error_message;
  shown.redrives = head.first.redrives;
  shown.parked_at = head.parked_at;
  shown.changed_at = head.changed_at;
  shown.retry_at = head.retry_at;
  if (head.claim && !watch_.ended(head.subscription, head.sequence, *head.claim)) shown.claimed_by = head.claim->by;
  return shown;
}

std::vector<DeadSequence> DeadLetters::list(const DeadLetterFilter& filter, std::size_t offset, std::size_t max) {
  std::vector<DeadSequence> sequences;
  for (const DeadHead& head : fitting(filter)) {
    if (offset > 0) --offset;
    else if (sequences.size() < max) sequences.push_back(shown(head));
  }
  return sequences;
}

DeadLetterCounts DeadLetters::count(const DeadLetterFilter& filter) {
  DeadLetterCounts counts;
  for (const DeadHead& head : fitting(filter)) {
    ++counts.sequences;
    counts.letters += static_cast<std::size_t>(head.letters);
    counts.oldest = std::min(counts.oldest.value_or(head.parked_at), head.parked_at);
  }
  return counts;
}

std::vector<DeadLetter> DeadLetters::letters(std::string_view subscription, std::string_view sequence,
                                             std::optional<LetterKey> after, std::size_t max) {
  for (;;) {  // each further time, somebody got on
    const std::optional<DeadHead> head = reader_.head(subscription, sequence);
    if (!head) return {};
    auto kept = reader_.steady(*head, [&] {
      return after ? reader_.letters(head->shelf, sequence, after, max) : reader_.letters(*head, max);
    });
    if (!kept) continue;
    const std::optional<DeadHead> now = reader_.head(subscription, sequence);
    if (!now || now->shelf != head->shelf) continue;
    std::vector<DeadLetter> letters;
    for (KeptLetter& each : *kept) letters.push_back(std::move(each.letter));
    return letters;
  }
}

std::vector<DeadLetterChange> DeadLetters::changes(std::string_view subscription, std::string_view sequence,
                                                   std::size_t offset, std::size_t max) {
  return read_changes(reader_, subscription, sequence, offset, max);
}

std::size_t DeadLetters::park(std::string_view subscription, std::span<const DeadLetter> letters,
                              const DeadLetterLimits& limits) {
  detail::check_parked(subscription, letters);
  return parking_.park(subscription, letters, limits);
}

bool DeadLetters::park_behind(std::string_view subscription, const DeadLetter& follower,
                              const DeadLetterLimits& limits) {
  detail::check_parked(subscription, {&follower, 1});
  return parking_.park_behind(subscription, follower, limits);
}

std::size_t DeadLetters::import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                                        const ChangedBy& by) {
  detail::check_parked(subscription, letters);
  detail::check_changed_by(by);
  return parking_.import(subscription, letters, by);
}

std::optional<DeadLetterClaim> DeadLetters::claim(std::string_view subscription, std::string_view sequence,
                                                  std::string_view owner, std::chrono::milliseconds lease) {
  detail::check_lease(lease);
  return claims_.claim(subscription, sequence, owner, lease);
}

bool DeadLetters::renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) {
  detail::check_lease(lease);
  return claims_.renew(claim, lease);
}

void DeadLetters::release(const DeadLetterClaim& claim) { claims_.release(claim); }

bool DeadLetters::request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) {
  return claims_.request_retry(subscription, sequence, at);
}

DeadLetterStore::Removed DeadLetters::evict(const DeadLetterClaim& claim, const LetterKey& letter) {
  return claims_.remove_first(claim, letter, nullptr);
}

DeadLetterStore::Removed DeadLetters::skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) {
  detail::check_changed_by(by);
  return claims_.remove_first(claim, letter, &by);
}

bool DeadLetters::failed(const DeadLetterClaim& claim, const DeadLetter& letter, std::optional<Timestamp> retry_at) {
  return claims_.failed(claim, letter, retry_at);
}

bool DeadLetters::edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                       const ChangedBy& by) {
  detail::check_changed_by(by);
  return claims_.edit(claim, letter, payload, by);
}

std::size_t DeadLetters::discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action) {
  detail::check_changed_by(by);
  detail::check_discard_action(action);
  return claims_.discard(claim, by, action);
}

}  // namespace leftfold::inline v0::dynamodb
