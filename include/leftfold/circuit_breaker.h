// SPDX-License-Identifier: Apache-2.0
// Circuit breaker: stops calling what does not work, and finds out when it works again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/failure.h>

namespace leftfold::inline v0 {

namespace detail {
class BreakerMachine;
}

/// When a circuit breaker opens, and how it closes again. Plain value.
struct BreakerOptions {
  enum class Window { time, count };
  Window window = Window::time;
  std::chrono::milliseconds window_time{60'000};  ///< in kBuckets buckets
  std::size_t window_calls = 50;                  ///< with Window::count
  std::size_t min_calls = 20;                     ///< fewer never open it
  double failure_rate = 0.5;                      ///< of the window's calls; opens at this or more
  double slow_rate = 0.8;                         ///< of the window's calls; opens at this or more
  std::chrono::milliseconds slow{5'000};          ///< a call that takes longer is slow
  /// Keys (aggregates) among the failed or slow calls: one bad one never opens it. A call without a key is its own.
  std::size_t min_distinct = 3;
  std::chrono::milliseconds open{5'000};        ///< first time it stays open
  double open_growth = 2.0;                     ///< each further time, until it was closed for `calm`
  std::chrono::milliseconds max_open{120'000};  ///< where the growth ends
  double open_jitter = 0.2;                     ///< +- this share of the time, after all that
  std::chrono::milliseconds calm{300'000};
  std::size_t probes = 3;           ///< calls let through at a time while half-open
  std::size_t probe_successes = 3;  ///< that close it; a slow success counts as a failure
  /// A probe that is out for so long opens it again: one that never ends does not block it. Without a probe it stays
  /// half-open, so that the next call, whenever it comes, finds out.
  std::chrono::milliseconds max_half_open{30'000};
  bool enabled = true;  ///< false: everything passes, nothing is counted
  static constexpr int kBuckets = 6;
  /// While half-open the key that failed last is let through only when no other has asked for so long: another key
  /// tells more, but when only one aggregate has work it must not wait for ever.
  static constexpr std::chrono::milliseconds kSuspectWait{1'000};
};
/// Throws Error(invalid_config) that names the field, its value and what is allowed.
void validate(const BreakerOptions& options);

/// What a breaker does with calls.
enum class BreakerState {
  closed,       ///< all pass
  open,         ///< none pass until the time is over
  half_open,    ///< a few pass as probes
  forced_open,  ///< none pass until somebody says otherwise
  disabled,     ///< all pass, nothing is counted
};
[[nodiscard]] std::string_view to_string(BreakerState state) noexcept;

/// A call was not made because its breaker is open. FailureClass::unavailable. Immutable.
class CircuitOpen final : public Error {
 public:
  CircuitOpen(std::string_view breaker, std::optional<std::chrono::milliseconds> retry_in,
              std::source_location where = std::source_location::current());
  ~CircuitOpen() override;
  /// How long it stays open; empty when nobody knows (forced open).
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_in() const noexcept { return retry_in_; }

 private:
  std::optional<std::chrono::milliseconds> retry_in_;
};

/// What a breaker looks like at one moment. Plain value.
struct BreakerStatus {
  std::string name;
  BreakerState state = BreakerState::closed;
  bool remote = false;                ///< not closed because of the others, or of an operator's word for all
  std::size_t calls = 0;              ///< in the window
  std::size_t failures = 0;           ///< in the window
  std::size_t slow = 0;               ///< in the window
  std::size_t distinct_failures = 0;  ///< keys among the failed and slow ones; counted up to max(64, min_distinct)
  std::optional<Instant> retry_at;    ///< when it lets probes through; empty when closed or forced
  std::uint64_t reopened = 0;         ///< times in a row
};

/// A circuit breaker around any call:
///
///     leftfold::CircuitBreaker payments{"payments"};
///     payments.call([&] { return client.charge(order); });     // throws CircuitOpen without calling when open
///
/// States: closed -> open when, of at least min_calls calls in the window, failure_rate failed or slow_rate were slow,
/// with min_distinct different keys among them; open -> half-open after its time; half-open -> closed after
/// probe_successes, -> open at a failure or when a probe is out for max_half_open. An open time grows with each
/// re-opening and is jittered. After resilience4j's breaker, with time windows, keys and bounds on half-open that it
/// lacks. Any thread. Must outlive its permits. SharedBreaker lets those of several processes act together.
class CircuitBreaker {
 public:
  /// Throws Error(invalid_config) for options that cannot be used, invalid_argument for an empty name.
  explicit CircuitBreaker(std::string name, BreakerOptions options = {}, Clock& clock = system_clock());
  ~CircuitBreaker();
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// The right to make one call. Its result is told by one of the functions; without one it counts as not made, and a
  /// probe is given back. A result that comes after the state changed does not count. One thread at a time.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept
        : breaker_{std::exchange(other.breaker_, nullptr)},
          generation_{other.generation_},
          probe_{other.probe_},
          key_{other.key_},
          begun_{other.begun_} {}
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { cancel(); }

    void succeeded() noexcept;
    /// transient and unavailable count as failures; duplicate as success; permanent and fatal as not made: they say
    /// nothing about what is called.
    void failed(FailureClass failure) noexcept;
    /// Not made, or without meaning.
    void cancel() noexcept;

   private:
    friend class CircuitBreaker;
    template <class Result>
    static void end(Permit& permit, Result result) noexcept;
    CircuitBreaker* breaker_ = nullptr;
    std::uint64_t generation_ = 0;
    std::uint64_t probe_ = 0;  // its number; 0: none
    std::uint64_t key_ = 0;    // its hash; 0: none
    Instant begun_{};
  };

  /// A permit, or nothing when the call must not be made. `key` tells different callers apart (an aggregate's id):
  /// while half-open each key gets one probe at a time, and the one that failed last none while there are others.
  [[nodiscard]] std::optional<Permit> try_acquire(std::string_view key = {});

  /// Calls f and returns what it returns. Throws CircuitOpen without calling; what f throws passes, and counts as what
  /// `rules` say.
  template <class F>
  std::invoke_result_t<F> call(F&& f, std::string_view key = {}, const FailureRules& rules = default_rules()) {
    std::optional<Permit> permit = try_acquire(key);
    if (!permit) throw_open(key);
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
        std::forward<F>(f)();
        permit->succeeded();
      } else {
        std::invoke_result_t<F> result = std::forward<F>(f)();
        permit->succeeded();
        return result;
      }
    } catch (...) {
      permit->failed(rules.classify(std::current_exception()));
      throw;
    }
  }

  /// Opens now, as if the window said so: something else knows better. Nothing when it is not closed.
  void trip() noexcept;
  void force_open() noexcept;
  void disable() noexcept;
  /// Closed, with an empty window and the first open time, whatever it was; disabled when the options say so.
  void reset() noexcept;

  [[nodiscard]] BreakerStatus status() const;
  [[nodiscard]] BreakerState state() const;
  /// Until when no call of `key` passes: empty when one may pass now; kNever when forced open. The moment is exact if
  /// nothing else happens: at the end of the open time, when a probe that is out becomes overdue, or when the key that
  /// failed last has been alone for kSuspectWait. Something may happen before: a change of state, which on_change
  /// tells, or the end of a probe.
  [[nodiscard]] std::optional<Instant> closed_until(std::string_view key = {}) const;
  /// Calls `changed` after each change of state, on whatever thread made it, besides those set before; keep it short,
  /// let it not throw, and do not call the breaker from it. Set it before the first call. Timed changes (open to
  /// half-open) are noticed when somebody asks. Of two changes at once on two threads the later may be told first.
  void on_change(std::function<void(BreakerState from, BreakerState to)> changed);

  [[nodiscard]] const std::string& name() const noexcept;

 private:
  friend class SharedBreaker;
  [[noreturn]] void throw_open(std::string_view key) const;
  static const FailureRules& default_rules() noexcept;
  std::unique_ptr<detail::BreakerMachine> machine_;
};

}  // namespace leftfold::inline v0
