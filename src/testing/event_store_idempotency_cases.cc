// SPDX-License-Identifier: Apache-2.0
// Idempotency keys: the same command twice is the same command.
#include "testing/event_store_cases.h"

namespace leftfold::inline v0::testing {
namespace {

AppendRequest keyed(AppendRequest request, std::string key) {
  request.idempotency_key = std::move(key);
  return request;
}

void expect_repeats(const Appended& result, const Appended& first,
                    std::source_location where = std::source_location::current()) {
  expect_equal(result.repeated, true, "repeated", where);
  expect_equal(result.version, first.version, "version of the first result", where);
  expect_equal(result.position, first.position, "position of the first result", where);
  expect_equal(result.events, first.events, "events of the first result", where);
  expect_equal(result.committed_at, first.committed_at, "committed_at of the first result", where);
}

void a_repeated_key_returns_the_first_result(EventStoreTest& t) {
  const AppendRequest request = keyed(new_request("a", Version::none(), 2), "order 1");
  const Appended first = must_append(t.store(), request);
  expect_equal(first.repeated, false, "repeated, the first time");
  expect_repeats(must_append(t.store(), request), first);
  expect_equal(read_whole_stream(t.store(), "a").size(), 2U, "events");
}

void a_repeated_key_wins_over_any_expectation(EventStoreTest& t) {
  const Appended first = must_append(t.store(), keyed(new_request("a", Version::none(), 2), "k"));
  must_append(t.store(), new_request("a", Version{1}, 3));
  for (const std::int64_t expected : {-1, 0, 4, 99}) {
    expect_repeats(must_append(t.store(), keyed(new_request("a", Version{expected}, 5, 50), "k")), first);
  }
  expect_equal(read_whole_stream(t.store(), "a").size(), 5U, "events");
}

void a_key_without_events_is_kept(EventStoreTest& t) {
  AppendRequest nothing = keyed(new_request("a", Version::none(), 0), "decided to do nothing");
  const Appended first = must_append(t.store(), nothing);
  expect_equal(first.version, Version::none(), "version of an aggregate without events");
  expect_equal(first.position, Position::start(), "position of no event");
  expect_equal(first.events, 0U, "events");
  must_append(t.store(), new_request("a", Version::none(), 2));
  expect_repeats(must_append(t.store(), nothing), first);
  AppendRequest later = keyed(new_request("a", Version{1}, 0), "nothing again");
  const Appended second = must_append(t.store(), later);
  expect_equal(second.version, Version{1}, "version without new events");
  expect_equal(second.position, Position::start(), "position of no event");
  expect_equal(read_whole_stream(t.store(), "a").size(), 2U, "events");
  t.reopen();
  expect_repeats(must_append(t.store(), nothing), first);
  expect_repeats(must_append(t.store(), later), second);
}

void no_events_on_a_stale_expectation_is_a_conflict(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none(), 2));
  expect_equal(must_conflict(t.store(), keyed(new_request("a", Version{0}, 0), "k")), Version{1}, "actual");
  expect(!t.store().find_append("a", "k"), "a key that met a conflict is unused");
}

void a_conflict_does_not_use_the_key(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none()));
  (void)must_conflict(t.store(), keyed(new_request("a", Version::none()), "k"));
  expect(!t.store().find_append("a", "k"), "a key that met a conflict is unused");
  const Appended result = must_append(t.store(), keyed(new_request("a", Version{0}), "k"));
  expect_equal(result.repeated, false, "repeated, after a conflict");
  expect_equal(result.version, Version{1}, "version");
}

void keys_belong_to_their_aggregate(EventStoreTest& t) {
  must_append(t.store(), keyed(new_request("a", Version::none(), 2), "k"));
  const Appended other = must_append(t.store(), keyed(new_request("b", Version::none(), 1), "k"));
  expect_equal(other.repeated, false, "repeated, on another aggregate");
  expect_equal(other.version, Version{0}, "version on another aggregate");
  expect_equal(t.store().find_append("a", "k").value().version, Version{1}, "result for a");
  expect_equal(t.store().find_append("b", "k").value().version, Version{0}, "result for b");
}

void keys_differ_by_every_byte(EventStoreTest& t) {
  Version version = Version::none();
  const std::string longest(kMaxIdempotencyKeyBytes, 'x');
  for (const std::string& key :
       {std::string{"k"}, std::string{"K"}, std::string{"k "}, std::string{"\xc3\xa4"}, longest, longest.substr(1)}) {
    const Appended result = must_append(t.store(), keyed(new_request("a", version), key));
    expect_equal(result.repeated, false, "repeated, for key " + key);
    version = result.version;
  }
  expect_equal(t.store().find_append("a", longest).value().version, Version{4}, "result for the longest key");
}

void no_key_is_no_key(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none()));
  (void)must_conflict(t.store(), new_request("a", Version::none()));
  expect_equal(must_append(t.store(), new_request("a", Version{0})).repeated, false, "repeated, without a key");
}

void find_append_finds_the_first_result(EventStoreTest& t) {
  expect(!t.store().find_append("a", "k"), "nothing is found in an empty store");
  const Appended first = must_append(t.store(), keyed(new_request("a", Version::none(), 2), "k"));
  must_append(t.store(), keyed(new_request("a", Version{1}, 2), "l"));
  expect_repeats(t.store().find_append("a", "k").value(), first);
  expect(!t.store().find_append("a", "m"), "another key is not found");
  expect(!t.store().find_append("b", "k"), "the key is not found on another aggregate");
}

void keys_survive_reopening_and_reach_other_handles(EventStoreTest& t) {
  const auto other = t.open();
  const AppendRequest request = keyed(new_request("a", Version::none(), 2), "k");
  const Appended first = must_append(t.store(), request);
  expect_repeats(other->find_append("a", "k").value(), first);
  expect_repeats(must_append(*other, request), first);
  t.reopen();
  expect_repeats(must_append(t.store(), request), first);
  expect_equal(read_whole_stream(t.store(), "a").size(), 2U, "events");
}

constexpr EventStoreCase kCases[] = {
    {"a repeated key returns the first result and stores nothing", a_repeated_key_returns_the_first_result},
    {"a repeated key wins over any expectation", a_repeated_key_wins_over_any_expectation},
    {"a key without events is kept", a_key_without_events_is_kept},
    {"no events on a stale expectation is a conflict", no_events_on_a_stale_expectation_is_a_conflict},
    {"a conflict does not use the key", a_conflict_does_not_use_the_key},
    {"keys belong to their aggregate", keys_belong_to_their_aggregate},
    {"keys differ by every byte", keys_differ_by_every_byte},
    {"appends without a key never repeat", no_key_is_no_key},
    {"find_append finds the first result", find_append_finds_the_first_result},
    {"keys survive reopening and reach other handles", keys_survive_reopening_and_reach_other_handles},
};

}  // namespace

std::span<const EventStoreCase> idempotency_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
