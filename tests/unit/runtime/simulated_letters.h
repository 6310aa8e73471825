// SPDX-License-Identifier: Apache-2.0
// The store of dead letters as one simulated process sees it.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "simulated_world.h"

namespace leftfold::runtime_test {

/// Others may act before and after each call; calls are refused, or lose their answer, as the world says; a process
/// that is dead reaches nothing.
class SimulatedLetters final : public DeadLetterStore {
 public:
  SimulatedLetters(World& world, const bool& dead) : world_{world}, dead_{dead} {}

  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                   const DeadLetterLimits& limits) override {
    return write([&] {
      for (const DeadLetter& letter : letters) world_.ledger.parked(letter);
      return world_.letters.park(subscription, letters, limits);
    });
  }
  bool park_behind(std::string_view subscription, const DeadLetter& follower, const DeadLetterLimits& limits) override {
    return write([&] { return world_.letters.park_behind(subscription, follower, limits); });
  }
  std::vector<std::string> sequences(std::string_view subscription) override {
    return call([&] { return world_.letters.sequences(subscription); });
  }
  std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset, std::size_t max) override {
    return call([&] { return world_.letters.list(filter, offset, max); });
  }
  DeadLetterCounts count(const DeadLetterFilter& filter) override {
    return call([&] { return world_.letters.count(filter); });
  }
  std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                  std::optional<LetterKey> after, std::size_t max) override {
    return call([&] { return world_.letters.letters(subscription, sequence, after, max); });
  }
  std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence, std::string_view owner,
                                       std::chrono::milliseconds lease) override {
    return call([&] { return world_.letters.claim(subscription, sequence, owner, lease); });
  }
  bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) override {
    return call([&] { return world_.letters.renew(claim, lease); });
  }
  void release(const DeadLetterClaim& claim) override {
    static_cast<void>(call([&] {
      world_.letters.release(claim);
      return true;
    }));
  }
  Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) override {
    return write([&] {
      const Removed removed = world_.letters.evict(claim, letter);
      if (removed != Removed::refused && !world_.ledger.fact(letter, claim.sequence).handled) {
        world_.trail.broken("a letter was taken away unhandled");
      }
      return removed;
    });
  }
  bool failed(const DeadLetterClaim& claim, const DeadLetter& letter, std::optional<Timestamp> retry_at) override {
    return write([&] { return world_.letters.failed(claim, letter, retry_at); });
  }
  bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) override {
    return call([&] { return world_.letters.request_retry(subscription, sequence, at); });
  }

  // Operators do these, straight in the world's store.
  Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) override {
    return world_.letters.skip(claim, letter, by);
  }
  std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action) override {
    return world_.letters.discard(claim, by, action);
  }
  bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
            const ChangedBy& by) override {
    return world_.letters.edit(claim, letter, payload, by);
  }
  std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                             const ChangedBy& by) override {
    return world_.letters.import_letters(subscription, letters, by);
  }
  std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence, std::size_t offset,
                                        std::size_t max) override {
    return world_.letters.changes(subscription, sequence, offset, max);
  }

 private:
  template <class Body>
  std::invoke_result_t<Body> call(Body body) {
    ++world_.progress;
    world_.interrupt();
    check_reachable();
    auto result = body();
    world_.interrupt();
    if (dead_) check_reachable();
    return result;
  }
  template <class Body>
  std::invoke_result_t<Body> write(Body body) {
    return call([&] {
      auto result = body();
      if (world_.letters_lose_answers && world_.chance.one_in(2)) {
        throw Error{Errc::in_doubt, "the simulated store stored it, and its answer is lost"};
      }
      return result;
    });
  }
  void check_reachable() const {
    if (dead_) throw Error{Errc::unavailable, "this simulated process is dead"};
    if (world_.letters_refuse) throw Error{*world_.letters_refuse, "the simulated store of dead letters refuses"};
  }

  World& world_;
  const bool& dead_;
};

}  // namespace leftfold::runtime_test
