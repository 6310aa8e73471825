// SPDX-License-Identifier: Apache-2.0
// Parking: letters are kept as they came, once each, in order, within the limits.
#include "testing/dead_letter_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;

void a_letter_is_kept_as_it_came(DeadLetterTest& t) {
  for (const ParkReason reason :
       {ParkReason::failed, ParkReason::undecodable, ParkReason::overflow, ParkReason::follower}) {
    for (const FailureClass failure : {FailureClass::duplicate, FailureClass::transient, FailureClass::unavailable,
                                       FailureClass::permanent, FailureClass::fatal}) {
      DeadLetter letter = failed_letter("cart-" + std::string{to_string(reason)} + std::string{to_string(failure)}, 5);
      letter.reason = reason;
      letter.failure = failure;
      expect_equal(park(t.store(), {letter}), 1U, "letters added");
      const std::vector<DeadLetter> kept = letters_of(t.store(), letter.sequence);
      expect_equal(kept.size(), 1U, "letters kept");
      expect_same_letter(kept.front(), letter);
      expect_equal(kept.front().parked_at, t.clock.now(), "parked at");
    }
  }
}

void bytes_are_kept_byte_for_byte(DeadLetterTest& t) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  std::string large(1'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 256);
  const std::string texts[] = {
      all_bytes,      large, std::string("\0", 1), std::string("a\0b", 3), "\xff\xfe not UTF-8", "\xc3\xa4 UTF-8",
      "\xed\xa0\x80", "",    "{\"torn\":\"\xc3"};
  for (const std::string& text : texts) {
    DeadLetter letter = unversioned_letter("topic/3/17", 3, 17);
    letter.event.payload = text;
    letter.event.metadata = text;
    letter.event.type = text;
    letter.event.aggregate_id = text;
    letter.error_message = text.substr(0, 300);
    letter.error_type = text.substr(0, 300);
    letter.node = text.substr(0, 300);
    expect_equal(park(t.store(), {letter}), 1U, "letters added");
    expect_same_letter(letters_of(t.store(), "topic/3/17").at(0), letter);
    const DeadLetterClaim claim = must_claim(t.store(), "topic/3/17");
    expect_removed(t.store().evict(claim, key_of(letter)), DeadLetterStore::Removed::sequence, "removed");
  }
}

void sequences_are_told_apart_by_every_byte(DeadLetterTest& t) {
  const std::vector<std::string> ids{"cart",           "Cart", "cart ", std::string("cart\0", 5), "\xc3\xa4",
                                     "\xc3",           "\xff", "ca",    std::string("\0", 1),     std::string(500, 'x'),
                                     "a'b\"c%_\\;--\n"};
  for (const std::string& id : ids) expect_equal(park(t.store(), {failed_letter(id, 0)}), 1U, "letters added");
  expect_equal(t.store().sequences(kMail).size(), ids.size(), "sequences");
  for (const std::string& id : ids) {
    expect_equal(find_sequence(t.store(), id).sequence, id, "sequence");
    expect(t.store().park_behind(kMail, follower_letter(id, 1), {}), "a follower finds its sequence");
    expect_equal(versions_of(t.store(), id), "0 1", "versions");
  }
}

void a_letter_is_there_once(DeadLetterTest& t) {
  expect_equal(park(t.store(), {failed_letter("a", 5), follower_letter("a", 6)}), 2U, "letters added");
  const DeadSequence before = find_sequence(t.store(), "a");
  t.clock.advance(5s);
  DeadLetter again = failed_letter("a", 5);
  again.error_message = "another error";
  again.attempts = 9;
  expect_equal(park(t.store(), {again, again}), 0U, "letters added, by parking them again");
  expect_equal(park(t.store(), {again, follower_letter("a", 7)}), 1U, "letters added, with one that is new");
  expect(t.store().park_behind(kMail, follower_letter("a", 6), {}), "a follower that is there is parked");
  expect_equal(versions_of(t.store(), "a"), "5 6 7", "versions");
  expect_same_letter(letters_of(t.store(), "a").at(0), failed_letter("a", 5));
  expect_equal(find_sequence(t.store(), "a").parked_at, before.parked_at, "parked at");
  expect_equal(t.store().count({}).letters, 3U, "letters");
}

void letters_without_a_version_are_told_apart_by_place(DeadLetterTest& t) {
  const std::vector<DeadLetter> letters{unversioned_letter("k", 0, 7), unversioned_letter("k", 1, 7),
                                        unversioned_letter("k", 0, 8), failed_letter("k", 0)};
  expect_equal(park(t.store(), letters), 4U, "letters added");
  expect_equal(park(t.store(), letters), 0U, "letters added again");
  std::string order;
  for (const DeadLetter& letter : letters_of(t.store(), "k")) {
    order += std::to_string(letter.event.version.value()) + '/' + std::to_string(letter.event.partition) + '/' +
             std::to_string(letter.event.position.value()) + ' ';
  }
  expect_equal(order, "-1/0/7 -1/0/8 -1/1/7 0/3/1000 ", "version/partition/position in order");
}

void letters_come_in_order_of_their_keys(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 9)});
  park(t.store(), {follower_letter("a", 300), follower_letter("a", 10), follower_letter("a", 255)});
  expect_equal(versions_of(t.store(), "a"), "9 10 255 300", "versions");
  expect(t.store().park_behind(kMail, follower_letter("a", 2), {}), "an earlier event is parked too");
  expect_equal(versions_of(t.store(), "a"), "2 9 10 255 300", "versions");
  expect(find_sequence(t.store(), "a").first == key_at(2), "the earliest letter is the first");
}

void followers_need_a_sequence(DeadLetterTest& t) {
  expect(!t.store().park_behind(kMail, follower_letter("a", 6), {}), "no sequence, no follower");
  expect_equal(t.store().count({}).letters, 0U, "letters");
  park(t.store(), {failed_letter("a", 5)});
  expect(!t.store().park_behind("shop.Other", follower_letter("a", 6), {}), "no sequence in another subscription");
  expect(!t.store().park_behind(kMail, follower_letter("b", 6), {}), "no sequence of another aggregate");
  expect(t.store().park_behind(kMail, follower_letter("a", 6), {}), "a follower behind its sequence");
  expect_same_letter(letters_of(t.store(), "a").at(1), follower_letter("a", 6));
  const DeadLetterClaim claim = must_claim(t.store(), "a");
  expect_removed(t.store().evict(claim, key_at(5)), DeadLetterStore::Removed::letter, "removed");
  expect(t.store().park_behind(kMail, follower_letter("a", 7), {}), "a follower behind a follower, under a claim");
  expect_removed(t.store().evict(claim, key_at(6)), DeadLetterStore::Removed::letter, "removed");
  expect_removed(t.store().evict(claim, key_at(7)), DeadLetterStore::Removed::sequence, "removed");
  expect(!t.store().park_behind(kMail, follower_letter("a", 8), {}), "the sequence ended with its last letter");
}

void one_call_parks_many_sequences(DeadLetterTest& t) {
  expect_equal(park(t.store(), {failed_letter("a", 1), failed_letter("b", 1), follower_letter("a", 2)}), 3U,
               "letters added");
  expect_equal(park(t.store(), {}), 0U, "letters added, of none");
  expect_equal(versions_of(t.store(), "a"), "1 2", "versions of a");
  expect_equal(versions_of(t.store(), "b"), "1", "versions of b");
}

void subscriptions_are_apart(DeadLetterTest& t) {
  park(t.store(), {failed_letter("a", 1)});
  park(t.store(), {failed_letter("a", 7), failed_letter("b", 7)}, "shop.Other");
  expect_equal(versions_of(t.store(), "a"), "1", "versions");
  expect_equal(t.store().sequences(kMail).size(), 1U, "sequences of one subscription");
  expect_equal(t.store().sequences("shop.Other").size(), 2U, "sequences of the other");
  expect_equal(t.store().sequences("shop.mail").size(), 0U, "sequences of a name in another case");
}

void too_many_sequences(DeadLetterTest& t) {
  const DeadLetterLimits limits{2, 0};
  const std::vector<DeadLetter> three{failed_letter("a", 1), failed_letter("b", 1), failed_letter("c", 1)};
  expect_error(Errc::storage_full, [&] { t.store().park(kMail, three, limits); }, "three sequences of at most two");
  expect_equal(t.store().count({}).sequences, 0U, "sequences, after a refusal");
  t.store().park(kMail, std::span{three}.first(2), limits);
  expect_error(Errc::storage_full, [&] { t.store().park(kMail, std::span{three}.last(1), limits); }, "one too many");
  expect_equal(t.store().park("shop.Other", std::span{three}.last(1), limits), 1U, "added, in another subscription");
  expect_equal(t.store().park(kMail, std::span{three}.first(2), limits), 0U, "added, of those that are there");
  expect(t.store().park_behind(kMail, follower_letter("a", 2), limits), "a follower adds no sequence");
  expect_equal(t.store().count({std::string{kMail}}).sequences, 2U, "sequences");
  expect_equal(t.store().count({std::string{kMail}}).letters, 3U, "letters");
}

void too_many_letters(DeadLetterTest& t) {
  const DeadLetterLimits limits{0, 2};
  const std::vector<DeadLetter> three{failed_letter("a", 1), follower_letter("a", 2), follower_letter("a", 3)};
  expect_error(Errc::storage_full, [&] { t.store().park(kMail, three, limits); }, "three letters of at most two");
  expect_equal(t.store().count({}).sequences, 0U, "sequences, after a refusal");
  t.store().park(kMail, std::span{three}.first(2), limits);
  expect_error(Errc::storage_full, [&] { (void)t.store().park_behind(kMail, three[2], limits); }, "one too many");
  const std::vector<DeadLetter> mixed{failed_letter("b", 1), three[2]};
  expect_error(Errc::storage_full, [&] { t.store().park(kMail, mixed, limits); }, "one too many in a mixed call");
  expect_equal(t.store().count({}).sequences, 1U, "sequences, after a mixed call");
  expect(t.store().park_behind(kMail, three[1], limits), "one that is there is no letter more");
  expect_equal(versions_of(t.store(), "a"), "1 2", "versions");
  expect_equal(t.store().park(kMail, mixed, {}), 2U, "letters added, without a limit");
}

void long_errors_are_cut(DeadLetterTest& t) {
  DeadLetter letter = failed_letter("a", 1);
  letter.error_message = std::string(kMaxErrorBytes - 1, 'x') + "\xc3\xa4 and more";
  DeadLetter exact = failed_letter("b", 1);
  exact.error_message = std::string(kMaxErrorBytes, 'x');
  park(t.store(), {letter, exact});
  expect_equal(letters_of(t.store(), "a").at(0).error_message, std::string(kMaxErrorBytes - 1, 'x'),
               "text, cut before a character that does not fit");
  expect_equal(letters_of(t.store(), "b").at(0).error_message, exact.error_message, "text that just fits");
}

void names_are_needed(DeadLetterTest& t) {
  const std::vector<DeadLetter> good{failed_letter("a", 1)};
  const std::vector<DeadLetter> bad{failed_letter("a", 1), failed_letter("", 1)};
  expect_error(Errc::invalid_argument, [&] { t.store().park("", good, {}); }, "no subscription");
  expect_error(Errc::invalid_argument, [&] { t.store().park(kMail, bad, {}); }, "no sequence");
  expect_error(Errc::invalid_argument, [&] { (void)t.store().park_behind(kMail, bad[1], {}); }, "no sequence");
  expect_equal(t.store().count({}).sequences, 0U, "sequences");
}

void letters_survive_reopening(DeadLetterTest& t) {
  const auto other = t.open();
  park(t.store(), {failed_letter("a", 5)});
  expect(other->park_behind(kMail, follower_letter("a", 6), {}), "another handle sees the sequence");
  expect_equal(versions_of(t.store(), "a"), "5 6", "versions, as the first handle sees them");
  t.reopen();
  expect_equal(versions_of(t.store(), "a"), "5 6", "versions after reopening");
  expect_same_letter(letters_of(t.store(), "a").at(0), failed_letter("a", 5));
}

constexpr DeadLetterCase kCases[] = {
    {"a letter is kept as it came", a_letter_is_kept_as_it_came},
    {"bytes are kept byte for byte", bytes_are_kept_byte_for_byte},
    {"sequences are told apart by every byte", sequences_are_told_apart_by_every_byte},
    {"a letter is there once however often it is parked", a_letter_is_there_once},
    {"letters without a version are told apart by place", letters_without_a_version_are_told_apart_by_place},
    {"letters come in order of their keys", letters_come_in_order_of_their_keys},
    {"followers need a sequence", followers_need_a_sequence},
    {"one call parks letters of many sequences", one_call_parks_many_sequences},
    {"subscriptions are apart", subscriptions_are_apart},
    {"too many sequences are refused and nothing is stored", too_many_sequences},
    {"too many letters are refused and nothing is stored", too_many_letters},
    {"long errors are cut between characters", long_errors_are_cut},
    {"names are needed", names_are_needed},
    {"letters survive reopening and reach other handles", letters_survive_reopening},
};

}  // namespace

std::span<const DeadLetterCase> dead_letter_park_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
