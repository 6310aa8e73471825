// SPDX-License-Identifier: Apache-2.0
// The calls a circuit breaker looks back at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <leftfold/circuit_breaker.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::detail {

/// One call that was made.
struct Call {
  bool failed = false;
  bool slow = false;
  std::uint64_t key = 0;
  [[nodiscard]] bool bad() const { return failed || slow; }
};

struct CallCounts {
  std::size_t calls = 0;
  std::size_t failures = 0;
  std::size_t slow = 0;
  bool operator==(const CallCounts&) const = default;

  void add(const Call& call);
  void remove(const CallCounts& gone);
};

/// Different keys up to a number, in memory that is there from the start: to know that there are enough, no more need
/// to be kept.
class KeySet {
 public:
  explicit KeySet(std::size_t most) : most_{most} { keys_.reserve(most); }
  void add(std::uint64_t key);
  void add(const KeySet& other);
  void clear() { keys_.clear(); }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] bool full() const { return keys_.size() == most_; }

 private:
  std::size_t most_;
  std::vector<std::uint64_t> keys_;
};

/// The last calls, by time or by number. add() takes no memory. One thread at a time.
class CallWindow {
 public:
  virtual ~CallWindow() = default;
  virtual void add(Instant now, const Call& call) = 0;
  virtual void clear(Instant now) = 0;
  [[nodiscard]] virtual CallCounts counts(Instant now) = 0;
  /// Different keys among the bad calls, counted up to distinct_limit().
  [[nodiscard]] virtual std::size_t distinct(Instant now) = 0;
};

/// How far different keys are counted.
[[nodiscard]] std::size_t distinct_limit(const BreakerOptions& options);

/// The window that the (valid) options ask for, beginning at `now`.
[[nodiscard]] std::unique_ptr<CallWindow> make_call_window(const BreakerOptions& options, Instant now);

}  // namespace leftfold::inline v0::detail
