// SPDX-License-Identifier: Apache-2.0
// Changes by hand: skip, discard, edit, import, and the audit trail they leave.
#include "testing/dead_letter_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;
using Removed = DeadLetterStore::Removed;

const ChangedBy kAnn{"ann", "the product is gone \xff"};

std::vector<DeadLetterChange> trail(DeadLetterStore& store, std::string_view sequence = {}) {
  return store.changes(kMail, sequence, 0, 1000);
}

void expect_change(const DeadLetterChange& actual, std::string_view action, const DeadLetter& letter,
                   std::string_view before, std::string_view after, Timestamp at,
                   std::source_location where = std::source_location::current()) {
  expect_equal(actual.action, action, "action", where);
  expect_equal(actual.subscription, kMail, "subscription", where);
  expect_equal(actual.sequence, letter.sequence, "sequence", where);
  expect(actual.letter == key_of(letter), "the letter's key", where);
  expect_equal(actual.event_id, letter.event.id, "event id", where);
  expect_equal(actual.by.who, kAnn.who, "who", where);
  expect_equal(actual.by.why, kAnn.why, "why", where);
  expect_equal(actual.before, before, "payload before", where);
  expect_equal(actual.after, after, "payload after", where);
  expect_equal(actual.at, at, "at", where);
}

void skip_takes_the_first_letter(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6)});
  t.clock.advance(3s);
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect_removed(t.store().skip(claim, key_at(6), kAnn), Removed::refused, "a letter that is not the first");
  expect(trail(t.store()).empty(), "what was refused leaves no trail");
  expect_removed(t.store().skip(claim, key_at(5), kAnn), Removed::letter, "the first letter");
  expect_equal(versions_of(t.store(), "a"), "6", "versions");
  expect_removed(t.store().skip(claim, key_at(6), kAnn), Removed::sequence, "the last letter");
  expect(t.store().sequences(kMail).empty(), "the sequence has ended");
  t.reopen();
  const std::vector<DeadLetterChange> changes = trail(t.store(), "a");
  expect_equal(changes.size(), 2U, "changes, after the letters are gone");
  expect_change(changes[0], "skip", failed_letter("a", 5), R"({"n":5})", "", t.clock.now());
  expect_change(changes[1], "skip", failed_letter("a", 6), R"({"n":6})", "", t.clock.now());
}

void handled_letters_leave_no_trail(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect_removed(t.store().evict(claim, key_at(5)), Removed::letter, "the first letter");
  expect(t.store().failed(claim, follower_letter("a", 6), std::nullopt), "the next fails");
  expect(trail(t.store()).empty(), "the trail is for changes by hand");
}

void discard_takes_all(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6), unversioned_letter("a", 2, 9)});
  park(t.store(), {failed_letter("b", 1)});
  expect_equal(t.store().discard(must_claim(t.store(), "a"), kAnn, "discard"), 3U, "letters discarded");
  expect_equal(t.store().discard(must_claim(t.store(), "b"), kAnn, "expire"), 1U, "letters expired");
  expect(t.store().count({}) == DeadLetterCounts{}, "nothing is left");
  expect(!t.store().park_behind(kMail, follower_letter("a", 7), {}), "the sequence has ended");
  const std::vector<DeadLetterChange> changes = trail(t.store());
  expect_equal(changes.size(), 4U, "changes");
  expect_change(changes[0], "discard", unversioned_letter("a", 2, 9), R"({"n":9})", "", t.clock.now());
  expect_change(changes[1], "discard", failed_letter("a", 5), R"({"n":5})", "", t.clock.now());
  expect_change(changes[2], "discard", failed_letter("a", 6), R"({"n":6})", "", t.clock.now());
  expect_change(changes[3], "expire", failed_letter("b", 1), R"({"n":1})", "", t.clock.now());
}

void edit_changes_one_payload(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5), follower_letter("a", 6)});
  t.clock.advance(2s);
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  const std::string binary("\0\xff{", 3);
  expect(!t.store().edit(claim, key_at(7), "{}", kAnn), "a letter that is not there");
  expect(t.store().edit(claim, key_at(6), binary, kAnn), "a letter that is not the first may be edited");
  expect(t.store().edit(claim, key_at(6), R"({"n":60})", kAnn), "and again");
  expect(t.store().renew(claim, kLease), "the claim goes on");
  DeadLetter edited = follower_letter("a", 6);
  edited.event.payload = R"({"n":60})";
  expect_same_letter(letters_of(t.store(), "a").at(0), failed_letter("a", 5));
  expect_same_letter(letters_of(t.store(), "a").at(1), edited);
  expect_equal(find_sequence(t.store(), "a").changed_at, t.clock.now(), "changed at");
  const std::vector<DeadLetterChange> changes = trail(t.store(), "a");
  expect_equal(changes.size(), 2U, "changes");
  expect_change(changes[0], "edit", edited, R"({"n":6})", binary, t.clock.now());
  expect_change(changes[1], "edit", edited, binary, R"({"n":60})", t.clock.now());
}

void import_keeps_the_facts(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  std::vector<DeadLetter> letters{failed_letter("a", 5), follower_letter("a", 6), unversioned_letter("k", 0, 3)};
  for (DeadLetter& letter : letters) {
    letter.parked_at = t.clock.now() - 3600s;
    letter.redrives = 7;
  }
  t.clock.advance(4s);
  expect_equal(t.store().import_letters(kMail, letters, kAnn), 2U, "letters added");
  expect_equal(t.store().import_letters(kMail, letters, kAnn), 0U, "letters added again");
  expect_same_letter(letters_of(t.store(), "a").at(0), failed_letter("a", 5));  // was there
  expect_same_letter(letters_of(t.store(), "a").at(1), letters[1]);
  expect_same_letter(letters_of(t.store(), "k").at(0), letters[2]);
  expect_equal(letters_of(t.store(), "k").at(0).parked_at, letters[2].parked_at, "parked at");
  expect_equal(find_sequence(t.store(), "k").parked_at, t.clock.now(), "when the sequence was made");
  const std::vector<DeadLetterChange> changes = trail(t.store());
  expect_equal(changes.size(), 2U, "changes");
  expect_change(changes[0], "import", letters[1], "", R"({"n":6})", t.clock.now());
  expect_change(changes[1], "import", letters[2], "", R"({"n":3})", t.clock.now());
}

void the_trail_comes_in_pages(DeadLetterTest& t) {
  for (std::int64_t version = 0; version < 6; ++version) {
    const std::vector<DeadLetter> letters{failed_letter(version % 2 == 0 ? "even" : "odd", version)};
    t.store().import_letters(kMail, letters, kAnn);
  }
  const auto versions = [&](std::string_view sequence, std::size_t offset, std::size_t max) {
    std::string text;
    for (const DeadLetterChange& change : t.store().changes(kMail, sequence, offset, max)) {
      text += std::to_string(change.letter.version.value());
    }
    return text;
  };
  expect_equal(versions("", 0, 100), "012345", "all, oldest first");
  expect_equal(versions("", 2, 3), "234", "a page");
  expect_equal(versions("odd", 0, 100), "135", "of one sequence");
  expect_equal(versions("odd", 1, 1), "3", "a page of one sequence");
  expect_equal(versions("", 6, 1), "", "a page behind the end");
  expect(t.store().changes("shop.Other", "", 0, 100).empty(), "nothing of another subscription");
}

void a_change_needs_a_name(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 5)});
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  const ChangedBy nobody{"", "a reason"};
  const std::vector<DeadLetter> letters{failed_letter("b", 5)};
  DeadLetterStore& s = t.store();
  expect_error(Errc::invalid_argument, [&] { (void)s.skip(claim, key_at(5), nobody); }, "skip by nobody");
  expect_error(Errc::invalid_argument, [&] { (void)s.discard(claim, nobody, "discard"); }, "discard by nobody");
  expect_error(Errc::invalid_argument, [&] { (void)s.edit(claim, key_at(5), "", nobody); }, "edit by nobody");
  expect_error(Errc::invalid_argument, [&] { s.import_letters(kMail, letters, nobody); }, "import by nobody");
  expect_error(Errc::invalid_argument, [&] { (void)s.discard(claim, kAnn, "lose"); }, "an unknown action");
  expect_error(Errc::invalid_argument, [&] { s.import_letters("", letters, kAnn); }, "import into no subscription");
  expect_equal(versions_of(s, "a"), "5", "versions");
  expect(trail(s).empty(), "no trail");
}

constexpr DeadLetterCase kCases[] = {
    {"skip takes the first letter and leaves a trail", skip_takes_the_first_letter},
    {"handled letters leave no trail", handled_letters_leave_no_trail},
    {"discard takes all letters and leaves a trail", discard_takes_all},
    {"edit changes one payload and leaves a trail", edit_changes_one_payload},
    {"import keeps the facts and leaves a trail", import_keeps_the_facts},
    {"the trail comes in pages", the_trail_comes_in_pages},
    {"a change needs a name", a_change_needs_a_name},
};

}  // namespace

std::span<const DeadLetterCase> dead_letter_change_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
