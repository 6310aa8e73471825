// SPDX-License-Identifier: Apache-2.0
// A store of dead letters whose process dies at a chosen step.
#pragma once

#include <signal.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dead_letter_store.h>

namespace leftfold::test_letters {

/// Hands every call on to another store. There is a step before each call and one after it; at the step of that number
/// (from 0) the process is killed with SIGKILL. One thread at a time.
class KillingStore final : public DeadLetterStore {
  // First, as its result is deduced.
  template <class Call>
  auto call(Call call) {
    step();
    auto result = call();
    step();
    return result;
  }
  void step() {
    if (left_-- == 0) raise(SIGKILL);
  }

 public:
  KillingStore(DeadLetterStore& store, int killed_at) : store_{store}, left_{killed_at} {}

  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                   const DeadLetterLimits& limits) override {
    return call([&] { return store_.park(subscription, letters, limits); });
  }
  [[nodiscard]] bool park_behind(std::string_view subscription, const DeadLetter& follower,
                                 const DeadLetterLimits& limits) override {
    return call([&] { return store_.park_behind(subscription, follower, limits); });
  }
  [[nodiscard]] std::vector<std::string> sequences(std::string_view subscription) override {
    return call([&] { return store_.sequences(subscription); });
  }
  [[nodiscard]] std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset,
                                               std::size_t max) override {
    return call([&] { return store_.list(filter, offset, max); });
  }
  [[nodiscard]] DeadLetterCounts count(const DeadLetterFilter& filter) override {
    return call([&] { return store_.count(filter); });
  }
  [[nodiscard]] std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                                std::optional<LetterKey> after, std::size_t max) override {
    return call([&] { return store_.letters(subscription, sequence, after, max); });
  }
  [[nodiscard]] std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence,
                                                     std::string_view owner, std::chrono::milliseconds lease) override {
    return call([&] { return store_.claim(subscription, sequence, owner, lease); });
  }
  [[nodiscard]] bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) override {
    return call([&] { return store_.renew(claim, lease); });
  }
  void release(const DeadLetterClaim& claim) override {
    call([&] {
      store_.release(claim);
      return true;
    });
  }
  [[nodiscard]] Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) override {
    return call([&] { return store_.evict(claim, letter); });
  }
  [[nodiscard]] bool failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                            std::optional<Timestamp> retry_at) override {
    return call([&] { return store_.failed(claim, letter, retry_at); });
  }
  [[nodiscard]] Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) override {
    return call([&] { return store_.skip(claim, letter, by); });
  }
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by,
                                    std::string_view action) override {
    return call([&] { return store_.discard(claim, by, action); });
  }
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by) override {
    return call([&] { return store_.edit(claim, letter, payload, by); });
  }
  std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                             const ChangedBy& by) override {
    return call([&] { return store_.import_letters(subscription, letters, by); });
  }
  [[nodiscard]] bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) override {
    return call([&] { return store_.request_retry(subscription, sequence, at); });
  }
  [[nodiscard]] std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence,
                                                      std::size_t offset, std::size_t max) override {
    return call([&] { return store_.changes(subscription, sequence, offset, max); });
  }

 private:
  DeadLetterStore& store_;
  int left_;
};

}  // namespace leftfold::test_letters
