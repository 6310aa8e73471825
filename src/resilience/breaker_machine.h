// SPDX-License-Identifier: Apache-2.0
// The state machine of a circuit breaker.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/circuit_breaker.h>
#include <leftfold/clock.h>

#include "resilience/call_window.h"
#include "resilience/small_random.h"

namespace leftfold::inline v0::detail {

/// How long a breaker stays open for the `reopened`-th time in a row (from 0), jittered.
[[nodiscard]] std::chrono::milliseconds open_time(const BreakerOptions& options, std::uint64_t reopened,
                                                  SmallRandom& random);

/// What CircuitBreaker is inside; the functions of its last part are for SharedBreaker, which lets the breakers of
/// several processes act together. Each change of state begins a generation, and results of calls begun in an older one
/// are ignored: they tell of another time. Any thread.
class BreakerMachine {
 public:
  using Changed = std::function<void(BreakerState from, BreakerState to)>;
  struct Ticket {
    std::uint64_t generation = 0;
    std::uint64_t probe = 0;  // 0: none
    std::uint64_t key = 0;    // 0: none
    Instant begun{};
  };
  enum class Result { success, failure, nothing };

  BreakerMachine(std::string name, const BreakerOptions& options, Clock& clock);
  BreakerMachine(const BreakerMachine&) = delete;
  BreakerMachine& operator=(const BreakerMachine&) = delete;

  [[nodiscard]] std::optional<Ticket> acquire(std::string_view key);
  void finish(const Ticket& ticket, Result result) noexcept;

  void trip() noexcept;
  void force_open() noexcept;
  void disable() noexcept;
  void reset() noexcept;
  void on_change(Changed changed) { observers_.push_back(std::move(changed)); }

  [[nodiscard]] BreakerStatus status();
  [[nodiscard]] BreakerState state();
  [[nodiscard]] std::optional<Instant> closed_until(std::string_view key);
  [[nodiscard]] Instant now() const { return clock_.instant(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const BreakerOptions& options() const noexcept { return options_; }

  // --- For SharedBreaker. What an operator said here, and not through the record, stays above all of it.

  struct View {
    BreakerState state = BreakerState::closed;
    bool own = false;              // not closed because of what happened here
    bool probing = false;          // half-open, and a probe is out
    std::optional<Instant> asked;  // last time somebody wanted to call since it opened
    std::uint64_t changes = 0;     // of state so far
  };
  [[nodiscard]] View view();
  /// Open until then because the others say so; half-open after it, should nothing more be heard.
  void remote_open(Instant until) noexcept;
  /// Half-open with one probe at a time; open again if it is not closed by then.
  void remote_probe(Instant until) noexcept;
  /// The others closed: closed at that time.
  void remote_close(Instant at) noexcept;
  /// The others are not heard any more: by itself again, half-open not before that time.
  void remote_lapse(Instant earliest) noexcept;
  /// Nobody asked for a call: forgets that somebody ever did.
  void forget_asked() noexcept;
  /// forced_open or disabled for all.
  void remote_override(BreakerState state) noexcept;
  /// The end of remote_override: as reset(). Nothing without one.
  void remote_clear() noexcept;

 private:
  struct Change {
    BreakerState from, to;
  };
  struct Probe {
    std::uint64_t number, key;
    Instant since;
  };
  template <class Body>
  auto locked(Body body);

  // While every call passes: the state and its generation, read without the lock, since nothing becomes due by time
  // then.
  struct Passing {
    BreakerState state;
    std::uint64_t generation;
  };
  [[nodiscard]] std::optional<Passing> passing() const noexcept;

  // With mutex_ held.
  void note_passing() noexcept;
  void refresh(Instant now);
  void enter(BreakerState to);
  void open_from_closed(Instant now);
  void reopen(Instant now);
  void open(Instant now);
  void close(Instant now);
  void start_over(Instant now);
  void override_by(BreakerState to, bool remote);
  [[nodiscard]] bool overridden_here() const;
  [[nodiscard]] bool window_says_open(Instant now);
  [[nodiscard]] std::optional<Ticket> acquire_probe(std::uint64_t key, Instant now);
  [[nodiscard]] bool all_probes_out() const;
  [[nodiscard]] const Probe* probe_of(std::uint64_t key) const;
  [[nodiscard]] Instant suspect_until(Instant now) const;
  [[nodiscard]] std::optional<Instant> half_open_until() const;

  const std::string name_;
  const BreakerOptions options_;
  Clock& clock_;
  std::vector<Changed> observers_;  // complete before the first call

  std::atomic<std::uint64_t> passing_{0};  // generation * 2, + 1 when disabled; 0: not every call passes

  std::mutex mutex_;
  SmallRandom random_;
  const std::unique_ptr<CallWindow> window_;
  BreakerState state_;
  std::uint64_t generation_ = 1;
  std::array<Change, 4> pending_{};  // changes not told yet; no call makes more
  std::size_t pending_count_ = 0;

  std::uint64_t reopened_ = 0;
  std::optional<Instant> closed_since_;  // empty: was never open
  Instant open_until_{};                 // of open
  bool then_closed_ = false;             // at open_until_: closed, not half-open
  bool own_ = false;
  Instant own_until_{};  // what open_until_ would be without the others
  std::optional<Instant> asked_;

  std::vector<Probe> probes_;  // of half_open, those out; the oldest first
  std::uint64_t last_probe_ = 0;
  std::size_t successes_ = 0;
  std::uint64_t suspect_ = 0;  // the key that failed last; 0: none
  std::optional<Instant> suspect_asked_, others_asked_;

  bool remote_ = false;              // the others rule
  std::optional<Instant> lease_;     // of remote_probe
  bool override_is_remote_ = false;  // of forced_open and disabled
};

// Runs body(now) under the lock, after what became due by time alone, and tells the observers without the lock.
template <class Body>
auto BreakerMachine::locked(Body body) {
  std::array<Change, 4> changes{};
  std::size_t count = 0;
  auto result = [&] {
    const std::lock_guard lock{mutex_};
    const Instant now = clock_.instant();
    refresh(now);
    if constexpr (std::is_void_v<std::invoke_result_t<Body, Instant>>) {
      body(now);
      changes = pending_;
      count = std::exchange(pending_count_, 0);
      return true;
    } else {
      auto value = body(now);
      changes = pending_;
      count = std::exchange(pending_count_, 0);
      return value;
    }
  }();
  for (std::size_t i = 0; i < count; ++i) {
    for (const Changed& changed : observers_) {
      try {
        changed(changes[i].from, changes[i].to);
      } catch (...) {  // the contract forbids it; a breaker that throws in a destructor would be worse
      }
    }
  }
  if constexpr (!std::is_void_v<std::invoke_result_t<Body, Instant>>) return result;
}

}  // namespace leftfold::inline v0::detail
