// SPDX-License-Identifier: Apache-2.0
// Claims: one at a time, fenced by their token, ended by their lease.
#include "testing/dead_letter_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;
using Removed = DeadLetterStore::Removed;

const ChangedBy kAnn{"ann", "a reason"};

bool can_claim(DeadLetterStore& store, std::string_view sequence) {
  return store.claim(kMail, sequence, "host-2:1", kLease).has_value();
}

/// What an older claim writes is refused, all of it.
void expect_refused(DeadLetterStore& store, const DeadLetterClaim& claim,
                    std::source_location where = std::source_location::current()) {
  const std::string before = versions_of(store, claim.sequence);
  expect(!store.renew(claim, kLease), "renew with an older claim is refused", where);
  expect_removed(store.evict(claim, key_at(5)), Removed::refused, "evict with an older claim", where);
  expect_removed(store.skip(claim, key_at(5), kAnn), Removed::refused, "skip with an older claim", where);
  expect(!store.failed(claim, failed_letter(claim.sequence, 5), std::nullopt), "failed with an older claim", where);
  expect_equal(store.discard(claim, kAnn, "discard"), 0U, "letters discarded with an older claim", where);
  expect(!store.edit(claim, key_at(5), "{}", kAnn), "edit with an older claim", where);
  store.release(claim);
  expect_equal(versions_of(store, claim.sequence), before, "versions after all that", where);
}

void one_claim_at_a_time(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), failed_letter("b", 5)});
  const auto other = t.open();
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect_equal(claim.subscription, kMail, "subscription");
  expect_equal(claim.sequence, "a", "sequence");
  expect(!claim.token.is_nil(), "a claim has a token");
  expect(!can_claim(t.store(), "a"), "a claimed sequence is not claimed again");
  expect(!can_claim(*other, "a"), "nor by another handle");
  expect_equal(find_sequence(*other, "a").claimed_by.value_or("nobody"), "host-1:4711", "claimed by");
  expect(!find_sequence(t.store(), "b").claimed_by, "another sequence is free");
  expect(can_claim(*other, "b"), "another sequence can be claimed");
}

void only_a_sequence_can_be_claimed(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  expect(!can_claim(t.store(), "b"), "no sequence, no claim");
  expect(!t.store().claim("shop.Other", "a", "host-2:1", kLease), "nor in another subscription");
  expect_error(Errc::invalid_argument, [&] { (void)t.store().claim(kMail, "a", "x", 0ms); }, "a lease of nothing");
  expect(can_claim(t.store(), "a"), "it is still free");
}

void release_frees_it(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const DeadLetterClaim first = must_claim(t.store(), "a");
  t.store().release(first);
  expect(!find_sequence(t.store(), "a").claimed_by, "nobody claims it");
  expect_refused(t.store(), first);
  const DeadLetterClaim second = must_claim(t.store(), "a");
  expect(first.token != second.token, "every claim has a token of its own");
  expect_refused(t.store(), first);
  expect(t.store().renew(second, kLease), "the current claim is untouched by the older one");
}

void a_lease_ends(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6)});
  const DeadLetterClaim first = must_claim(t.store(), "a");
  const auto other = t.open();
  expect(!can_claim(*other, "a"), "another handle sees the claim");
  t.clock.advance(kLease - 1ms);
  expect(!can_claim(t.store(), "a"), "the claim lasts until its lease ends");
  expect(!can_claim(*other, "a"), "for every handle");
  t.clock.advance(1ms);
  expect(!find_sequence(t.store(), "a").claimed_by, "nobody claims it once the lease ended");
  const auto newcomer = t.open();
  if (!t.options.newcomers_see_leases_end) expect(!can_claim(*newcomer, "a"), "a newcomer has not seen the lease");
  const DeadLetterClaim second = must_claim(t.options.newcomers_see_leases_end ? *newcomer : *other, "a");
  expect_refused(t.store(), first);
  expect_removed(t.store().evict(second, key_at(5)), Removed::letter, "removed by the current claim");
}

void renewing_lasts_from_now(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  for (int i = 0; i < 5; ++i) {
    t.clock.advance(kLease - 1ms);
    expect(t.store().renew(claim, kLease), "a claim is renewed");
    expect(!can_claim(t.store(), "a"), "and lasts");
  }
  expect(t.store().renew(claim, 10ms), "a lease may be made shorter");
  t.clock.advance(10ms);
  expect(can_claim(t.store(), "a"), "the last lease ended");
}

void an_ended_lease_that_nobody_took_goes_on(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  t.clock.advance(2 * kLease);
  expect_removed(t.store().evict(claim, key_at(5)), Removed::letter, "removed after the lease, as nobody took it");
  expect(t.store().renew(claim, kLease), "the claim is renewed");
  expect(!can_claim(t.store(), "a"), "and lasts again");
}

void claims_survive_reopening(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  t.reopen();
  expect(!can_claim(t.store(), "a"), "it is still claimed");
  expect(t.store().renew(claim, kLease), "by the same claim");
}

void letters_go_first_to_last(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6), follower_letter("a", 7)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect_removed(t.store().evict(claim, key_at(6)), Removed::refused, "a letter that is not the first");
  expect_removed(t.store().evict(claim, key_at(4)), Removed::refused, "a letter that is not there");
  expect_removed(t.store().evict(claim, key_at(5)), Removed::letter, "the first letter");
  expect_removed(t.store().evict(claim, key_at(5)), Removed::refused, "the first letter again");
  expect_equal(versions_of(t.store(), "a"), "6 7", "versions");
  expect_equal(find_sequence(t.store(), "a").letters, 2U, "letters");
  expect_removed(t.store().evict(claim, key_at(6)), Removed::letter, "the next");
  expect_removed(t.store().evict(claim, key_at(7)), Removed::sequence, "the last letter");
  expect(t.store().sequences(kMail).empty(), "the sequence has ended");
  expect(t.store().count({}) == DeadLetterCounts{}, "nothing is left to count");
  expect(!t.store().renew(claim, kLease), "the claim ended with it");
}

void a_claim_does_not_reach_a_later_sequence(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect_removed(t.store().evict(claim, key_at(5)), Removed::sequence, "the last letter");
  park(t.store(), {failed_letter("a", 5)});
  expect_refused(t.store(), claim);
  expect(can_claim(t.store(), "a"), "the new sequence is free");
}

void failing_again_is_noted(DeadLetterTest& t) {
  park(t.store(), {follower_letter("a", 5), follower_letter("a", 6)});
  const Timestamp parked = t.clock.now();
  t.clock.advance(7s);
  DeadLetter letter = follower_letter("a", 5);
  letter.reason = ParkReason::failed;
  letter.failure = FailureClass::permanent;
  letter.error_type = "shop::NoSuchProduct";
  letter.error_message = std::string(3000, 'e');
  letter.first_failed_at = t.clock.now();
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect(!t.store().failed(claim, follower_letter("a", 6), std::nullopt), "only the first letter can fail");
  expect(t.store().failed(claim, letter, parked + 60s), "the failure is noted");
  expect(!t.store().renew(claim, kLease), "the claim has ended");
  letter.redrives = 1;
  letter.error_message.resize(kMaxErrorBytes);
  expect_same_letter(letters_of(t.store(), "a").at(0), letter);
  expect_equal(letters_of(t.store(), "a").at(0).parked_at, parked, "parked at");
  expect_same_letter(letters_of(t.store(), "a").at(1), follower_letter("a", 6));
  const DeadSequence shown = find_sequence(t.store(), "a");
  expect(shown.retry_at == parked + 60s, "it is to be tried again when it was said");
  expect_equal(shown.changed_at, parked + 7s, "changed at");
  expect_equal(shown.redrives, 1, "re-drives");
  expect_equal(shown.error_type, "shop::NoSuchProduct", "type of the error");

  expect(t.store().failed(must_claim(t.store(), "a"), letter, std::nullopt), "it fails once more");
  expect(!find_sequence(t.store(), "a").retry_at, "it is tried again only when asked");
  expect_equal(find_sequence(t.store(), "a").redrives, 2, "re-drives");
}

void a_retry_can_be_asked_for(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const Timestamp at = t.clock.now() + 5s;
  t.clock.advance(1s);
  expect(t.store().request_retry(kMail, "a", at), "a retry is asked for");
  expect(find_sequence(t.store(), "a").retry_at == at, "retry at");
  expect_equal(find_sequence(t.store(), "a").changed_at, t.clock.now(), "changed at");
  expect(t.store().request_retry(kMail, "a", at - 3s), "it may be asked for again");
  expect(find_sequence(t.store(), "a").retry_at == at - 3s, "retry at");
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect(find_sequence(t.store(), "a").retry_at == at - 3s, "a claim that may die leaves it asked for");
  expect(t.store().request_retry(kMail, "a", at), "it may be asked for under a claim");
  t.store().release(claim);
  expect(find_sequence(t.store(), "a").retry_at == at, "retry at");
  expect(!t.store().request_retry(kMail, "b", at), "not of a sequence that is not there");
  expect(!t.store().request_retry("shop.Other", "a", at), "nor in another subscription");
}

void letters_may_arrive_before_the_first(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect(t.store().park_behind(kMail, follower_letter("a", 4), {}), "an earlier event arrives");
  expect_removed(t.store().evict(claim, key_at(5)), Removed::refused, "it is not the first letter any more");
  expect_removed(t.store().evict(claim, key_at(4)), Removed::letter, "the earlier one is");
  expect_removed(t.store().evict(claim, key_at(5)), Removed::sequence, "and then it is again");
}

constexpr DeadLetterCase kCases[] = {
    {"one claim at a time", one_claim_at_a_time},
    {"only a sequence can be claimed", only_a_sequence_can_be_claimed},
    {"release frees a sequence", release_frees_it},
    {"a lease ends and the older claim is refused", a_lease_ends},
    {"renewing lasts from now", renewing_lasts_from_now},
    {"an ended lease that nobody took goes on", an_ended_lease_that_nobody_took_goes_on},
    {"claims survive reopening", claims_survive_reopening},
    {"letters go first to last and the sequence with the last", letters_go_first_to_last},
    {"a claim does not reach a later sequence", a_claim_does_not_reach_a_later_sequence},
    {"failing again is noted and ends the claim", failing_again_is_noted},
    {"a retry can be asked for", a_retry_can_be_asked_for},
    {"letters may arrive before the first", letters_may_arrive_before_the_first},
};

}  // namespace

std::span<const DeadLetterCase> dead_letter_claim_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
