// SPDX-License-Identifier: Apache-2.0
// Distributed circuit breaker: breakers of one name in several processes that act together.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <leftfold/breaker_store.h>
#include <leftfold/circuit_breaker.h>
#include <leftfold/clock.h>
#include <leftfold/log.h>

namespace leftfold::inline v0 {

namespace detail {
class SharedNode;
}

/// How breakers of several processes act together. Plain value.
struct SharedBreakerOptions {
  std::string node{};  ///< unique among the processes; empty: "host:pid:random"
  /// Votes that open it for all. 0: max(2, a third of the processes that are there, rounded up), counted after
  /// 1.5 `read_every`, when all have had the time to say that they are there.
  std::size_t quorum = 0;
  std::chrono::milliseconds read_every{2'000};    ///< +- a third; how late a process may learn of a change
  std::chrono::milliseconds probe_lease{60'000};  ///< a prober that is not heard of for so long is replaced
  std::chrono::milliseconds ramp{2'000};  ///< after a close each process waits random(0, ramp) before it goes on
  std::chrono::milliseconds forget_after{30'000};  ///< a store that failed is left alone for so long at most
};
/// Throws Error(invalid_config) that names the field, its value and what is allowed.
void validate(const SharedBreakerOptions& options);

/// Joins a local breaker to those of other processes through a store. The local one always rules: it opens by itself,
/// whatever the others say. Its opening is a vote; with a quorum of votes all open. One process at a time, by lease,
/// probes when the time is over; its result closes or re-opens for all. While all are healthy nothing is written. A
/// store that does not answer leaves each process with its local breaker. What an operator writes into the record
/// (forced_open, disabled, and closed again) all obey.
///
/// tick() does all the talking, never per call: from one thread, when next_tick() is due, and it never throws.
/// Everything else: any thread. The breaker, store, clock and log must outlive it.
class SharedBreaker {
 public:
  /// Throws Error(invalid_config) for options that cannot be used. Does not talk to the store yet.
  SharedBreaker(CircuitBreaker& local, BreakerStore& store, SharedBreakerOptions options = {},
                Clock& clock = system_clock(), Logger& log = no_log());
  ~SharedBreaker();
  SharedBreaker(const SharedBreaker&) = delete;
  SharedBreaker& operator=(const SharedBreaker&) = delete;

  /// Reads the record, tells of what happened here, obeys what was decided.
  void tick() noexcept;
  /// When to call tick() next; soon after the local breaker changed.
  [[nodiscard]] Instant next_tick() const;
  /// The record as it was last read; empty before the first read, or since the store does not answer.
  [[nodiscard]] std::optional<BreakerRecord> last_seen() const;

 private:
  std::unique_ptr<detail::SharedNode> node_;
};

}  // namespace leftfold::inline v0
