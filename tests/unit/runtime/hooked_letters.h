// SPDX-License-Identifier: Apache-2.0
// A store of dead letters where a test does something before or after a call.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/dead_letter_store.h>

#include "failing_support.h"
#include "resilience/redrive.h"

namespace leftfold::runtime_test {

/// Calls `before` with the name of the call, and it may throw: then the store was not reached; and `after`: then the
/// call's answer is lost. Hands everything on to another store. Any thread; so hooks run on any.
class HookedLetters final : public DeadLetterStore {
 public:
  using Hook = std::function<void(std::string_view call)>;
  explicit HookedLetters(DeadLetterStore& store) : store_{store} {}

  void before(Hook hook) { set(before_, std::move(hook)); }
  void after(Hook hook) { set(after_, std::move(hook)); }

  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                   const DeadLetterLimits& limits) override {
    return hooked("park", [&] { return store_.park(subscription, letters, limits); });
  }
  bool park_behind(std::string_view subscription, const DeadLetter& letter, const DeadLetterLimits& limits) override {
    return hooked("park_behind", [&] { return store_.park_behind(subscription, letter, limits); });
  }
  std::vector<std::string> sequences(std::string_view subscription) override { return store_.sequences(subscription); }
  std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset, std::size_t max) override {
    return store_.list(filter, offset, max);
  }
  DeadLetterCounts count(const DeadLetterFilter& filter) override { return store_.count(filter); }
  std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                  std::optional<LetterKey> from, std::size_t max) override {
    return store_.letters(subscription, sequence, from, max);
  }
  std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence, std::string_view owner,
                                       std::chrono::milliseconds lease) override {
    return hooked("claim", [&] { return store_.claim(subscription, sequence, owner, lease); });
  }
  bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) override {
    return hooked("renew", [&] { return store_.renew(claim, lease); });
  }
  void release(const DeadLetterClaim& claim) override { store_.release(claim); }
  Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) override {
    return hooked("evict", [&] { return store_.evict(claim, letter); });
  }
  bool failed(const DeadLetterClaim& claim, const DeadLetter& letter, std::optional<Timestamp> retry_at) override {
    return hooked("failed", [&] { return store_.failed(claim, letter, retry_at); });
  }
  Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) override {
    return store_.skip(claim, letter, by);
  }
  std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action) override {
    return store_.discard(claim, by, action);
  }
  bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
            const ChangedBy& by) override {
    return store_.edit(claim, letter, payload, by);
  }
  std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                             const ChangedBy& by) override {
    return store_.import_letters(subscription, letters, by);
  }
  bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) override {
    return hooked("request_retry", [&] { return store_.request_retry(subscription, sequence, at); });
  }
  std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence, std::size_t offset,
                                        std::size_t max) override {
    return store_.changes(subscription, sequence, offset, max);
  }

 private:
  void set(Hook& place, Hook hook) {
    const std::scoped_lock lock{mutex_};
    place = std::move(hook);
  }
  void run(const Hook& place, std::string_view call) {
    Hook hook;
    {
      const std::scoped_lock lock{mutex_};
      hook = place;
    }
    if (hook) hook(call);
  }
  template <class Body>
  std::invoke_result_t<Body> hooked(std::string_view call, Body body) {
    run(before_, call);
    auto result = body();
    run(after_, call);
    return result;
  }

  DeadLetterStore& store_;
  std::mutex mutex_;
  Hook before_;
  Hook after_;
};

// A Service whose letters go through hooks.
struct Hooked {
  explicit Hooked(const FailureOptions& failures = {}, Logger& log = no_log())
      : service{failures, [&](RunnerOptions& options) {
                  options.dead_letters = &letters.emplace(*options.dead_letters);
                  options.log = &log;
                }} {}
  // Another process's re-drive of an aggregate.
  [[nodiscard]] detail::RedriveResult redrive_elsewhere(const std::string& aggregate) {
    detail::RedriveTarget target;
    target.subscription = "g.Moody";
    target.owner = "elsewhere";
    target.handle = [&](const RecordedEvent& event) { HandlerTable::of(service.moody).handle(event); };
    return detail::redrive(service.letters, target, aggregate, service.clock, {});
  }
  // Parks a's events from `at` on, of `count`.
  Position parked_from(Running& running, int at, int count) {
    Position last;
    for (int n = 0; n < count; ++n) last = append(service.store, "a", counted(n));
    EXPECT_TRUE(running.handled(last));
    EXPECT_EQ(service.parked("a").size(), static_cast<std::size_t>(count - at));
    return last;
  }

  std::optional<HookedLetters> letters;
  Service service;
};

}  // namespace leftfold::runtime_test
