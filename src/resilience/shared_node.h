// SPDX-License-Identifier: Apache-2.0
// One process's part in a shared breaker.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>

#include <leftfold/breaker_store.h>
#include <leftfold/clock.h>
#include <leftfold/log.h>
#include <leftfold/shared_breaker.h>

#include "resilience/breaker_machine.h"
#include "resilience/record_watch.h"
#include "resilience/small_random.h"

namespace leftfold::inline v0::detail {

/// What SharedBreaker is inside. A tick reads the record, obeys it, and decides whether this process has to change it:
///
///     closed     a process whose own breaker is open votes, the others then say that they are there; all words are
///                leases. Whoever sees a quorum writes `open`. Without votes the words are taken away: nothing is
///                written while all are healthy.
///     open       nobody writes until open_for is over; then one that wants to call takes the probe: `half_open`.
///     half_open  only the probe's holder calls, and writes `closed` or `open` when its breaker has decided. When its
///                lease is over another one takes the probe, with a token of its own.
///
/// While the record is open or half-open a local breaker is held a little longer than that, each tick anew: so it goes
/// on by itself when ticks or store fail, and never at once with the prober.
/// tick(): one thread at a time. The others: any thread.
class SharedNode {
 public:
  SharedNode(BreakerMachine& local, BreakerStore& store, SharedBreakerOptions options, Clock& clock, Logger& log);
  ~SharedNode();
  SharedNode(const SharedNode&) = delete;
  SharedNode& operator=(const SharedNode&) = delete;

  void tick() noexcept;
  [[nodiscard]] Instant next_tick();
  [[nodiscard]] std::optional<BreakerRecord> last_seen() const;

 private:
  struct Probe {
    Uuid token;
    Instant claimed{};
    bool begun = false;  // the local breaker lets probes through
  };

  void talk();
  void obey(const BreakerRecord& record, Instant now);
  [[nodiscard]] std::optional<BreakerRecord> decide(const BreakerRecord& record, Instant now);
  [[nodiscard]] std::optional<BreakerRecord> decide_closed(const BreakerRecord& record,
                                                           const BreakerMachine::View& local, Instant now);
  [[nodiscard]] std::optional<BreakerRecord> decide_as_prober(const BreakerRecord& record,
                                                              const BreakerMachine::View& local, Instant now);
  [[nodiscard]] bool say(BreakerRecord& record, bool votes, Instant now);
  [[nodiscard]] bool forget_silent(BreakerRecord& record, Instant now) const;
  [[nodiscard]] BreakerRecord claimed(BreakerRecord record, Instant now);
  [[nodiscard]] BreakerRecord opened(BreakerRecord record, std::uint64_t reopened, std::chrono::milliseconds open_for);
  [[nodiscard]] BreakerRecord closed(BreakerRecord record) const;
  void wrote(const BreakerRecord& record, Instant before);
  void failed(const char* why);
  void publish(const BreakerRecord& record, Instant now);
  [[nodiscard]] bool mine(const BreakerRecord& record) const;
  [[nodiscard]] std::size_t quorum(std::size_t alive) const;
  [[nodiscard]] std::chrono::nanoseconds settle_time() const;
  [[nodiscard]] std::chrono::milliseconds idle_time() const;
  [[nodiscard]] std::chrono::milliseconds word_lasts() const;
  [[nodiscard]] std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);
  void tell(LogLevel level, std::string_view message, const BreakerRecord& record) const;

  BreakerMachine& local_;
  BreakerStore& store_;
  const SharedBreakerOptions options_;
  Clock& clock_;
  Logger& log_;

  std::mutex tick_mutex_;  // held by tick(), also while it talks to the store
  SmallRandom random_;
  RecordWatch watch_;
  BreakerRecord::State last_state_ = BreakerRecord::State::closed;
  std::optional<Instant> closed_since_;  // when it was seen to close; empty: never
  std::optional<Probe> probe_;           // the one this process holds, or tried to take
  std::int64_t beat_;
  Instant spoke_{};                    // when this process's word was written
  std::uint64_t changes_ = 0;          // of the local breaker that the last tick knew of
  std::chrono::milliseconds pause_{};  // of the next try while the store does not answer
  bool crowded_ = false;               // others wrote each time this process wanted to

  mutable std::mutex mutex_;  // of what other threads ask for
  Instant next_;
  std::optional<Instant> claim_at_;      // when the probe may be taken
  std::optional<Instant> silent_until_;  // the store does not answer
  std::uint64_t known_changes_ = 0;
  std::optional<BreakerRecord> last_seen_;
};

}  // namespace leftfold::inline v0::detail
