// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_claims.h"

#include <utility>

#include <leftfold/error.h>

#include "core/dead_letter_checks.h"
#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/attribute_forms.h"
#include "dynamodb/dead_letter_item.h"
#include "dynamodb/dead_letter_keys.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using Removed = DeadLetterStore::Removed;

DeadLetterCall call_of(const DeadLetterClaim& claim, Timestamp now) {
  return {"the sequence " + detail::in_quotes(claim.sequence) + " of " + detail::in_quotes(claim.subscription), now};
}

Item letter_key(const Uuid& shelf, const LetterKey& letter) {
  return {{std::string{kKind}, letters_of(shelf)}, {std::string{kSort}, place_of(letter)}};
}

/// Takes away the items of a letter from the one numbered `from` on.
void remove_letter(DeadLetterCommit& commit, const Uuid& shelf, const LetterKey& letter, std::size_t items,
                   std::size_t from = 0) {
  for (std::size_t part = from; part < items; ++part) {
    Item key = letter_key(shelf, letter);
    if (part > 0) key.back().value = part_place(place_of(letter), part);
    commit.remove(std::move(key));
  }
}

}  // namespace

ItemWrite DeadLetterClaims::update_of(std::string_view subscription, std::string_view sequence) const {
  ItemWrite write;
  write.kind = ItemWrite::Kind::update;
  write.table = table_;
  write.item = head_key(subscription, sequence);
  write.condition.names = {{"#r", std::string{kRevision}}};
  write.condition.values = {{":one", number(std::int64_t{1})}};
  return write;
}

ItemWrite DeadLetterClaims::taking(const DeadLetterClaim& claim, std::string_view owner,
                                   std::chrono::milliseconds lease) const {
  ItemWrite write = update_of(claim.subscription, claim.sequence);
  write.update = "SET #t = :t, #b = :b, #l = :l, #n = :zero ADD #r :one";
  auto& [text, names, values] = write.condition;
  text = "attribute_exists(#g) AND attribute_not_exists(#t)";
  names.insert(names.end(), {{"#g", std::string{kShelf}},
                             {"#t", std::string{kClaimToken}},
                             {"#b", std::string{kClaimedBy}},
                             {"#l", std::string{kLease}},
                             {"#n", std::string{kRenewals}}});
  values.push_back({":t", bytes_of(claim.token)});
  values.push_back({":b", text_or_bytes(owner)});
  values.push_back({":l", number(std::int64_t{lease.count()})});
  values.push_back({":zero", number(std::int64_t{0})});
  return write;
}

std::optional<DeadLetterClaim> DeadLetterClaims::claim(std::string_view subscription, std::string_view sequence,
                                                       std::string_view owner, std::chrono::milliseconds lease) {
  DeadLetterClaim claim{std::string{subscription}, std::string{sequence}, Uuid::v7(now())};
  ItemWrite write = taking(claim, owner, lease);
  bool taking_over = false;
  for (;;) {
    const WriteResult result = client_.write(write);
    std::optional<Item> stored = result.applied ? result.attributes : result.old;
    if (!stored) stored = client_.get(table_, write.item).item;
    if (!stored || stored->empty()) {
      watch_.forget(subscription, sequence);
      return std::nullopt;
    }
    const DeadHead head = read_head(subscription, *stored);
    // Its own token in the way: an earlier attempt of this very call, whose answer was lost.
    const bool won = result.applied || head.is_claimed_by(claim);
    if (!head.claim) {  // it was released meanwhile
      if (taking_over) return std::nullopt;
      continue;
    }
    const bool ended = watch_.ended(subscription, sequence, *head.claim);
    if (won) return claim;
    if (!ended || taking_over) return std::nullopt;
    taking_over = true;
    write.condition.text = "attribute_exists(#g) AND #t = :old AND #n = :seen";
    write.condition.values.push_back({":old", bytes_of(head.claim->token)});
    write.condition.values.push_back({":seen", number(head.claim->renewals)});
  }
}

bool DeadLetterClaims::renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) {
  ItemWrite write = update_of(claim.subscription, claim.sequence);
  write.update = "SET #l = :l ADD #n :one, #r :one";
  auto& [text, names, values] = write.condition;
  text = "#t = :t";
  names.insert(names.end(),
               {{"#t", std::string{kClaimToken}}, {"#l", std::string{kLease}}, {"#n", std::string{kRenewals}}});
  values.push_back({":t", bytes_of(claim.token)});
  values.push_back({":l", number(std::int64_t{lease.count()})});
  const WriteResult result = client_.write(write);
  if (!result.applied) return false;
  const auto renewals = result.attributes ? find_integer(*result.attributes, kRenewals) : std::nullopt;
  if (renewals) {
    (void)watch_.ended(claim.subscription, claim.sequence, {claim.token, {}, lease, *renewals});  // it begins now
  }
  return true;
}

void DeadLetterClaims::release(const DeadLetterClaim& claim) {
  ItemWrite write = update_of(claim.subscription, claim.sequence);
  write.update = "REMOVE #t, #b, #l, #n ADD #r :one";
  auto& [text, names, values] = write.condition;
  text = "#t = :t";
  names.insert(names.end(), {{"#t", std::string{kClaimToken}},
                             {"#b", std::string{kClaimedBy}},
                             {"#l", std::string{kLease}},
                             {"#n", std::string{kRenewals}}});
  values.push_back({":t", bytes_of(claim.token)});
  if (client_.write(write).applied) watch_.forget(claim.subscription, claim.sequence);
}

bool DeadLetterClaims::request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) {
  ItemWrite write = update_of(subscription, sequence);
  write.update = "SET #at = :at, #changed = :now ADD #r :one";
  auto& [text, names, values] = write.condition;
  text = "attribute_exists(#g)";
  names.insert(names.end(),
               {{"#g", std::string{kShelf}}, {"#at", std::string{kRetryAt}}, {"#changed", std::string{kChangedAt}}});
  values.push_back({":at", number(at)});
  values.push_back({":now", number(now())});
  return client_.write(write).applied;
}

std::optional<DeadHead> DeadLetterClaims::claimed(const DeadLetterClaim& claim, const DeadLetterCall& call) const {
  std::optional<DeadHead> head = reader_.head(claim.subscription, claim.sequence);
  if (head && !call.wrote(*head) && !head->is_claimed_by(claim)) head.reset();
  return head;
}

TrailLine DeadLetterClaims::line_of(const DeadHead& head, std::string_view action, const ChangedBy& by, Timestamp now) {
  TrailLine line;
  line.id = Uuid::v7(now);
  line.at = now;
  line.sequence = head.sequence;
  line.action = action;
  line.by = by;
  line.letters = 1;
  return line;
}

Removed DeadLetterClaims::remove_first(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy* by) {
  for (DeadLetterCall call = call_of(claim, now());; call.next_round()) {
    const std::optional<DeadHead> head = claimed(claim, call);
    if (!head) return Removed::refused;
    if (call.wrote(*head)) return Removed::letter;
    if (head->first.key != letter) return Removed::refused;
    DeadLetterCommit commit{client_, table_, call};
    if (by != nullptr) {
      auto kept = reader_.steady(*head, [&] { return reader_.need(*head, letter); });
      if (!kept) continue;
      TrailLine line = line_of(*head, "skip", *by, now());
      line.before = Uuid::v7(now());
      commit.put(kept_under(*line.before, std::move(kept->items)));
      commit.put(trail_item(head->subscription, line));
    }
    remove_letter(commit, head->shelf, letter, head->first.items);
    const bool last = head->letters == 1;
    if (last) {
      commit.end(*head);
      commit.count(head->subscription, -1);
    } else {
      DeadHead left = *head;
      --left.letters;
      left.changed_at = now();
      auto next = reader_.steady(*head, [&] { return reader_.next(head->shelf, letter); });
      if (!next) continue;
      left.first = std::move(*next);
      commit.replace(*head, std::move(left));
    }
    if (commit.commit() != DeadLetterCommit::End::stored) continue;
    if (last) watch_.forget(claim.subscription, claim.sequence);
    return last ? Removed::sequence : Removed::letter;
  }
}

bool DeadLetterClaims::failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                              std::optional<Timestamp> retry_at) {
  const LetterKey key = LetterKey::of(letter.event.view());
  for (DeadLetterCall call = call_of(claim, now());; call.next_round()) {
    const std::optional<DeadHead> head = claimed(claim, call);
    if (!head) return false;
    if (call.wrote(*head)) return true;
    if (head->first.key != key) return false;
    DeadHead noted = *head;
    noted.changed_at = now();
    noted.retry_at = retry_at;
    noted.claim.reset();
    noted.first.reason = letter.reason;
    noted.first.failure = letter.failure;
    noted.first.error_type = shortened(letter.error_type);
    noted.first.error_message = shortened(letter.error_message);
    ++noted.first.redrives;
    DeadLetterCommit commit{client_, table_, call};
    commit.replace(*head, std::move(noted));
    commit.update(letter_key(head->shelf, key),
                  "SET #reason = :reason, #failure = :failure, #type = :type, #message = :message, #at = :at "
                  "ADD #redrives :one",
                  {{},
                   {{"#reason", "reason"},
                    {"#failure", "failure"},
                    {"#type", "errorType"},
                    {"#message", "errorMessage"},
                    {"#at", "firstFailedAt"},
                    {"#redrives", "redrives"}},
                   {{":reason", to_string(letter.reason)},
                    {":failure", to_string(letter.failure)},
                    {":type", text_or_bytes(letter.error_type)},
                    {":message", text_or_bytes(detail::cut_error(letter.error_message))},
                    {":at", number(letter.first_failed_at)},
                    {":one", number(std::int64_t{1})}}});
    if (commit.commit() != DeadLetterCommit::End::stored) continue;
    watch_.forget(claim.subscription, claim.sequence);
    return true;
  }
}

std::size_t DeadLetterClaims::discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action) {
  for (DeadLetterCall call = call_of(claim, now());; call.next_round()) {
    const std::optional<DeadHead> head = claimed(claim, call);
    if (!head) return 0;
    // The letters stay where they are: with its head the sequence is gone, and the trail names them from then on.
    TrailLine line = line_of(*head, action, by, now());
    line.letters = head->letters;
    line.before = head->shelf;
    DeadLetterCommit commit{client_, table_, call};
    commit.end(*head);
    commit.put(trail_item(head->subscription, line));
    commit.count(head->subscription, -1);
    if (commit.commit() != DeadLetterCommit::End::stored) continue;
    watch_.forget(claim.subscription, claim.sequence);
    return static_cast<std::size_t>(head->letters);
  }
}

bool DeadLetterClaims::edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                            const ChangedBy& by) {
  for (DeadLetterCall call = call_of(claim, now());; call.next_round()) {
    const std::optional<DeadHead> head = claimed(claim, call);
    if (!head) return false;
    if (call.wrote(*head)) return true;
    const auto read = reader_.steady(*head, [&] { return reader_.letter(*head, letter); });
    if (!read) continue;
    const std::optional<KeptLetter>& kept = *read;
    if (!kept && reader_.changed(*head)) continue;
    if (!kept) return false;
    DeadLetter edited = kept->letter;
    edited.event.payload = payload;
    const std::vector<Item> items = letter_items(head->shelf, edited, edited.parked_at);
    TrailLine line = line_of(*head, "edit", by, now());
    line.before = Uuid::v7(now());
    line.after = Uuid::v7(now());
    DeadHead changed = *head;
    changed.changed_at = now();
    if (head->first.key == letter) changed.first.items = items.size();
    DeadLetterCommit commit{client_, table_, call};
    commit.replace(*head, std::move(changed));
    commit.put(kept_under(*line.before, kept->items));
    commit.put(kept_under(*line.after, items));
    commit.put(trail_item(head->subscription, line));
    commit.put(items);
    remove_letter(commit, head->shelf, letter, kept->items.size(), items.size());
    if (commit.commit() == DeadLetterCommit::End::stored) return true;
  }
}

}  // namespace leftfold::inline v0::dynamodb
