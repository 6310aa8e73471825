// SPDX-License-Identifier: Apache-2.0
// Looking at dead letters: lists, filters, pages, exact counts.
#include "testing/dead_letter_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;

std::string listed(DeadLetterStore& store, const DeadLetterFilter& filter, std::size_t offset = 0,
                   std::size_t max = 100) {
  std::string ids;
  for (const DeadSequence& sequence : store.list(filter, offset, max)) {
    if (!ids.empty()) ids += ' ';
    ids += sequence.sequence;
  }
  return ids;
}

/// The list and the count must agree.
void expect_listed(DeadLetterStore& store, const DeadLetterFilter& filter, std::string_view ids, std::size_t letters,
                   std::string_view what, std::source_location where = std::source_location::current()) {
  expect_equal(listed(store, filter), ids, what, where);
  const DeadLetterCounts counts = store.count(filter);
  expect_equal(counts.sequences, store.list(filter, 0, 100).size(), std::string{what} + ": count of sequences", where);
  expect_equal(counts.letters, letters, std::string{what} + ": count of letters", where);
}

void a_sequence_shows_its_first_letter(DeadLetterTest& t) {
  const Timestamp parked = t.clock.now();
  park(t.store(), {failed_letter("a", 5)});
  t.clock.advance(3s);
  expect(t.store().park_behind(kMail, follower_letter("a", 6), {}), "a follower");
  const DeadSequence shown = find_sequence(t.store(), "a");
  expect_equal(shown.subscription, kMail, "subscription");
  expect_equal(shown.letters, 2U, "letters");
  expect(shown.first == key_at(5), "its first letter");
  expect_equal(shown.event_type, "CartCheckedOut", "event type");
  expect_equal(to_string(shown.reason), "failed", "reason");
  expect_equal(to_string(shown.failure), "transient", "class of the failure");
  expect_equal(shown.error_type, "std::runtime_error", "type of the error");
  expect_equal(shown.error_message, "no room for 5", "text of the error");
  expect_equal(shown.redrives, 0, "re-drives");
  expect_equal(shown.parked_at, parked, "parked at");
  expect_equal(shown.changed_at, parked + 3s, "changed at");
  expect(!shown.retry_at, "no retry was asked for");
  expect(!shown.claimed_by, "nobody claims it");
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  t.clock.advance(1s);
  expect_removed(t.store().evict(claim, key_at(5)), DeadLetterStore::Removed::letter, "removed");
  const DeadSequence next = find_sequence(t.store(), "a");
  expect(next.first == key_at(6), "the next letter is the first");
  expect_equal(to_string(next.reason), "follower", "reason of the next letter");
  expect_equal(next.changed_at, parked + 4s, "changed at, after it");
  expect_equal(next.parked_at, parked, "parked at, after it");
}

void lists_are_by_subscription_and_age(DeadLetterTest& t) {
  park(t.store(), {failed_letter("c", 1)});
  park(t.store(), {failed_letter("d", 1)}, "b.Other");
  park(t.store(), {failed_letter("b", 1)});  // at the same time: in the order they were made
  t.clock.advance(1s);
  park(t.store(), {failed_letter("a", 1)});
  park(t.store(), {failed_letter("e", 1)}, "z.Other");
  t.clock.advance(1s);
  expect(t.store().park_behind(kMail, follower_letter("c", 2), {}), "a follower changes no age");
  expect_equal(listed(t.store(), {}), "d c b a e", "all");
  expect_equal(listed(t.store(), {}, 1, 2), "c b", "a page");
  expect_equal(listed(t.store(), {}, 4, 2), "e", "the last page");
  expect_equal(listed(t.store(), {}, 5, 2), "", "a page behind the end");
  expect_equal(listed(t.store(), {}, 0, 0), "", "a page of none");
}

void filters_and_counts_agree(DeadLetterTest& t) {
  expect(t.store().count({}) == DeadLetterCounts{}, "an empty store counts nothing");
  const Timestamp begin = t.clock.now();
  DeadLetter other_type = failed_letter("b", 1);
  other_type.event.type = "CartItemAdded";
  DeadLetter other_error = failed_letter("c", 1);
  other_error.error_type = "HttpError";
  park(t.store(), {failed_letter("a", 1), follower_letter("a", 2), other_type});
  t.clock.advance(10s);
  park(t.store(), {other_error});
  park(t.store(), {failed_letter("d", 1)}, "shop.Other");
  expect(t.store().request_retry(kMail, "b", begin + 20s), "a retry of b");
  expect(t.store().request_retry(kMail, "c", begin + 30s), "a retry of c");

  DeadLetterStore& s = t.store();
  const auto of = [](auto set) {
    DeadLetterFilter filter;
    set(filter);
    return filter;
  };
  using F = DeadLetterFilter&;
  expect_listed(s, {}, "a b c d", 5, "all");
  expect_listed(s, of([](F f) { f.subscription = kMail; }), "a b c", 4, "one subscription");
  expect_listed(s, of([](F f) { f.sequence = "a"; }), "a", 2, "one sequence");
  expect_listed(s, of([](F f) { f.event_type = "CartItemAdded"; }), "b", 1, "one event type");
  expect_listed(s, of([](F f) { f.error_type = "HttpError"; }), "c", 1, "one error type");
  expect_listed(s, of([](F f) { f.error_type = "Http"; }), "", 0, "no error type");
  expect_listed(s, of([&](F f) { f.parked_before = begin + 10s; }), "a b", 3, "older than c");
  expect_listed(s, of([&](F f) { f.parked_before = begin; }), "", 0, "older than all");
  expect_listed(s, of([&](F f) { f.retry_due = begin + 19s; }), "", 0, "none is due yet");
  expect_listed(s, of([&](F f) { f.retry_due = begin + 20s; }), "b", 1, "one is due");
  expect_listed(s, of([&](F f) { f.retry_due = begin + 40s; }), "b c", 2, "two are due");
  expect_listed(s, of([&](F f) {
                  f.retry_due = begin + 40s;
                  f.error_type = "HttpError";
                  f.subscription = kMail;
                }),
                "c", 1, "all at once");
  expect(s.count({}).oldest == begin, "the oldest");
  expect(s.count(of([](F f) { f.error_type = "HttpError"; })).oldest == begin + 10s, "the oldest of one error");
}

void letters_come_in_pages(DeadLetterTest& t) {
  std::vector<DeadLetter> letters{unversioned_letter("a", 0, 3), unversioned_letter("a", 1, 2), failed_letter("a", 0)};
  for (std::int64_t version = 1; version < 20; ++version) letters.push_back(follower_letter("a", version));
  park(t.store(), letters);
  for (const std::size_t page : {std::size_t{1}, std::size_t{3}, std::size_t{22}, std::size_t{50}}) {
    std::optional<LetterKey> after;
    std::size_t seen = 0;
    for (;;) {
      const std::vector<DeadLetter> some = t.store().letters(kMail, "a", after, page);
      if (some.empty()) break;
      expect(some.size() <= page, "a page holds at most what was asked for");
      for (const DeadLetter& letter : some) expect_same_letter(letter, letters.at(seen++));
      after = key_of(some.back());
    }
    expect_equal(seen, letters.size(), "letters in all pages");
  }
  expect(t.store().letters(kMail, "b", std::nullopt, 10).empty(), "no letters of no sequence");
  expect(t.store().letters(kMail, "a", std::nullopt, 0).empty(), "no letters on a page of none");
}

constexpr DeadLetterCase kCases[] = {
    {"a sequence shows its first letter", a_sequence_shows_its_first_letter},
    {"lists are by subscription and age, in pages", lists_are_by_subscription_and_age},
    {"filters and exact counts agree", filters_and_counts_agree},
    {"letters come in pages", letters_come_in_pages},
};

}  // namespace

std::span<const DeadLetterCase> dead_letter_read_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
