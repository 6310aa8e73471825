// SPDX-License-Identifier: Apache-2.0
// Races between handles: followers and the last evict, claims, parking.
#include <atomic>
#include <barrier>
#include <thread>

#include "testing/dead_letter_cases.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

using Removed = DeadLetterStore::Removed;

constexpr int kRounds = 40;

/// An event that comes while the last letter goes either becomes a follower, and then the re-drive sees it, or is
/// handled after the letter: never neither, never both.
void a_follower_races_the_last_evict(DeadLetterTest& t) {
  const auto other = t.open();
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = "cart-" + std::to_string(round);
    park(t.store(), {failed_letter(id, 0)});
    const DeadLetterClaim claim = must_claim(t.store(), id);
    std::barrier start{2};
    bool followed = false;
    Removed removed = Removed::refused;
    on_threads(2, [&](int thread) {
      start.arrive_and_wait();
      if (thread == 0) {
        removed = t.store().evict(claim, key_at(0));
      } else {
        followed = other->park_behind(kMail, follower_letter(id, 1), {});
      }
    });
    expect_removed(removed, followed ? Removed::letter : Removed::sequence, "removed, by whether it was followed");
    expect_equal(versions_of(t.store(), id), followed ? "1" : "", "versions left");
    expect(t.store().renew(claim, kLease) == followed, "the claim lasts as long as its sequence");
  }
}

void one_of_many_claims_is_won(DeadLetterTest& t) {
  constexpr int kThreads = 4;
  const auto other = t.open();
  for (int round = 0; round < kRounds / 4; ++round) {
    const std::string id = "cart-" + std::to_string(round);
    park(t.store(), {failed_letter(id, 0)});
    std::barrier start{kThreads};
    std::atomic<int> won{0};
    on_threads(kThreads, [&](int thread) {
      start.arrive_and_wait();
      DeadLetterStore& store = thread % 2 == 0 ? t.store() : *other;
      if (store.claim(kMail, id, "host:" + std::to_string(thread), kLease)) ++won;
    });
    expect_equal(won.load(), 1, "claims won");
  }
}

void letters_parked_by_many_are_there_once(DeadLetterTest& t) {
  constexpr int kThreads = 4;
  constexpr std::int64_t kLetters = 15;
  const auto other = t.open();
  std::atomic<std::size_t> added{0};
  on_threads(kThreads, [&](int thread) {
    DeadLetterStore& store = thread % 2 == 0 ? t.store() : *other;
    for (std::int64_t version = 0; version < kLetters; ++version) {
      added += park(store, {failed_letter("shared", version), failed_letter("own-" + std::to_string(thread), version)});
    }
  });
  expect_equal(added.load(), std::size_t{kLetters} * (kThreads + 1), "letters added");
  expect_equal(t.store().count({}).letters, std::size_t{kLetters} * (kThreads + 1), "letters");
  expect_equal(letters_of(t.store(), "shared").size(), std::size_t{kLetters}, "letters of the shared sequence");
  expect_equal(find_sequence(t.store(), "shared").letters, std::size_t{kLetters}, "its count");
}

/// Two re-drive one sequence while its events go on coming: each letter is taken away once, none is left behind.
void followers_come_while_two_redrive(DeadLetterTest& t) {
  constexpr std::int64_t kEvents = 40;
  const auto other = t.open();
  park(t.store(), {failed_letter("a", 0)});
  std::atomic<std::int64_t> handled{0};
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> in_order{true};
  const auto seen = [&](std::int64_t version) {
    if (next.exchange(version + 1) != version) in_order = false;
    ++handled;
  };
  on_threads(3, [&](int thread) {
    DeadLetterStore& store = thread % 2 == 0 ? t.store() : *other;
    if (thread == 0) {  // the live path: events of the aggregate one after the other
      for (std::int64_t version = 1; version < kEvents; ++version) {
        if (!store.park_behind(kMail, follower_letter("a", version), {})) seen(version);
      }
      return;
    }
    while (handled < kEvents) {
      const auto claim = store.claim(kMail, "a", "host:" + std::to_string(thread), kLease);
      if (!claim) {
        std::this_thread::yield();
        continue;
      }
      for (Removed removed = Removed::letter; removed == Removed::letter;) {
        const std::vector<DeadLetter> letters = store.letters(kMail, "a", std::nullopt, 1);
        if (letters.empty()) break;
        seen(letters.front().event.version.value());
        removed = store.evict(*claim, key_of(letters.front()));
      }
      store.release(*claim);
    }
  });
  expect(in_order, "events were handled in order, each once");
  expect_equal(handled.load(), kEvents, "events handled");
  expect(t.store().sequences(kMail).empty(), "nothing is left");
}

constexpr DeadLetterCase kCases[] = {
    {"a follower races the last evict", a_follower_races_the_last_evict},
    {"one of many claims is won", one_of_many_claims_is_won},
    {"letters parked by many are there once", letters_parked_by_many_are_there_once},
    {"followers come while two re-drive", followers_come_while_two_redrive},
};

}  // namespace

std::span<const DeadLetterCase> dead_letter_race_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
