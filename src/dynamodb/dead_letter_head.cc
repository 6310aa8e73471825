// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_head.h"

#include <algorithm>
#include <limits>

#include <leftfold/error.h>

#include "core/dead_letter_checks.h"
#include "core/dead_letter_names.h"
#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/attribute_forms.h"
#include "dynamodb/dead_letter_keys.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::int64_t kMostItems = 100;  // of one letter: a transaction must be able to take it away

Map first_map(const FirstLetter& first) {
  Map map;
  map.push_back({"letter", place_of(first.key)});
  add_text(map, "event", first.event_type);
  map.push_back({"reason", to_string(first.reason)});
  map.push_back({"failure", to_string(first.failure)});
  add_text(map, "errorType", first.error_type);
  add_text(map, "errorMessage", first.error_message);
  map.push_back({"redrives", number(std::int64_t{first.redrives})});
  map.push_back({"items", number(static_cast<std::int64_t>(first.items))});
  return map;
}

std::optional<FirstLetter> read_first(const Map& map) {
  const std::string* const place = find_text(map, "letter");
  const std::string* const reason_name = find_text(map, "reason");
  const std::string* const failure_name = find_text(map, "failure");
  if (place == nullptr || reason_name == nullptr || failure_name == nullptr) return std::nullopt;
  const auto key = read_place(*place);
  const auto reason = detail::park_reason(*reason_name);
  const auto failure = detail::failure_class(*failure_name);
  const auto event_type = find_text_or_bytes(map, "event");
  const auto error_type = find_text_or_bytes(map, "errorType");
  const auto error_message = find_text_or_bytes(map, "errorMessage");
  const auto redrives = find_integer(map, "redrives");
  const auto items = find_integer(map, "items");
  if (!key || !reason || !failure || !event_type || !error_type || !error_message || !redrives || !items) {
    return std::nullopt;
  }
  if (*redrives < 0 || *redrives > std::numeric_limits<int>::max() || *items < 1 || *items > kMostItems) {
    return std::nullopt;
  }
  return FirstLetter{*key,
                     *event_type,
                     *reason,
                     *failure,
                     *error_type,
                     *error_message,
                     static_cast<int>(*redrives),
                     static_cast<std::size_t>(*items)};
}

/// Nothing when there is none; false in the second when what is there is none.
std::pair<std::optional<HeldClaim>, bool> read_claim(const Item& item) {
  if (find(item, kClaimToken) == nullptr) return {std::nullopt, true};
  const auto token = find_uuid(item, kClaimToken);
  const auto by = find_text_or_bytes(item, kClaimedBy);
  const auto lease = find_integer(item, kLease);
  const auto renewals = find_integer(item, kRenewals);
  if (!token || !by || !lease || !renewals || *lease < 1) return {std::nullopt, false};
  return {HeldClaim{*token, *by, std::chrono::milliseconds{*lease}, *renewals}, true};
}

[[noreturn]] void throw_corrupt(std::string_view subscription, const Item& item) {
  const std::string* const place = find_text(item, kSort);
  throw Error{Errc::corrupt, "dead letters of " + detail::in_quotes(subscription) + ": the sequence " +
                                 detail::in_quotes(place != nullptr ? *place : "?") +
                                 " cannot be read; look at the item in the second table, and restore it from a backup"};
}

}  // namespace

std::string shortened(std::string_view text) { return std::string{detail::cut_error(text)}; }

Item head_item(const DeadHead& head) {
  Item item = head_key(head.subscription, head.sequence);
  item.push_back({"sequence", text_or_bytes(head.sequence)});
  item.push_back({std::string{kShelf}, bytes_of(head.shelf)});
  item.push_back({"letters", number(head.letters)});
  item.push_back({std::string{kRevision}, number(head.revision)});
  item.push_back({"writeId", bytes_of(head.write_id)});
  item.push_back({"parkedAt", number(head.parked_at)});
  item.push_back({std::string{kChangedAt}, number(head.changed_at)});
  if (head.retry_at) item.push_back({std::string{kRetryAt}, number(*head.retry_at)});
  item.push_back({"first", first_map(head.first)});
  if (!head.claim) return item;
  item.push_back({std::string{kClaimToken}, bytes_of(head.claim->token)});
  add_text(item, kClaimedBy, head.claim->by);
  item.push_back({std::string{kLease}, number(std::int64_t{head.claim->lease.count()})});
  item.push_back({std::string{kRenewals}, number(head.claim->renewals)});
  return item;
}

DeadHead read_head(std::string_view subscription, const Item& item) {
  const auto sequence = find_text_or_bytes(item, "sequence");
  const auto shelf = find_uuid(item, kShelf);
  const auto letters = find_integer(item, "letters");
  const auto revision = find_integer(item, kRevision);
  const auto write_id = find_uuid(item, "writeId");
  const auto parked_at = find_time(item, "parkedAt");
  const auto changed_at = find_time(item, kChangedAt);
  const auto retry_at = find_time(item, kRetryAt);
  const Map* const first = find_map(item, "first");
  const auto read = first != nullptr ? read_first(*first) : std::nullopt;
  const auto [claim, claim_is_whole] = read_claim(item);
  const std::string* const place = find_text(item, kSort);
  const bool whole = sequence && !sequence->empty() && shelf && letters && *letters > 0 && revision && write_id &&
                     parked_at && changed_at && (retry_at || find(item, kRetryAt) == nullptr) && read &&
                     claim_is_whole && place != nullptr;
  if (!whole || *find_text(head_key(subscription, *sequence), kSort) != *place) throw_corrupt(subscription, item);
  return {std::string{subscription},
          *sequence,
          *shelf,
          *letters,
          *revision,
          *write_id,
          *parked_at,
          *changed_at,
          retry_at,
          *read,
          claim};
}

bool fits(const DeadLetterFilter& filter, const DeadHead& head) {
  return (filter.sequence.empty() || filter.sequence == head.sequence) &&
         (filter.event_type.empty() || shortened(filter.event_type) == head.first.event_type) &&
         (filter.error_type.empty() || shortened(filter.error_type) == head.first.error_type) &&
         (!filter.parked_before || head.parked_at < *filter.parked_before) &&
         (!filter.retry_due || (head.retry_at && *head.retry_at <= *filter.retry_due));
}

}  // namespace leftfold::inline v0::dynamodb
