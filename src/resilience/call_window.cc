// SPDX-License-Identifier: Apache-2.0
#include "resilience/call_window.h"

#include <algorithm>

namespace leftfold::inline v0::detail {
namespace {

// The last window_time in buckets: the current one, which is filling, and those before it. A call leaves with its
// bucket, so it is kept for at least 5/6 of the time and never for longer than it.
class TimeWindow final : public CallWindow {
 public:
  TimeWindow(const BreakerOptions& options, Instant now)
      : bucket_time_{std::max<std::chrono::nanoseconds>(options.window_time / BreakerOptions::kBuckets,
                                                        std::chrono::milliseconds{1})},
        buckets_(kBuckets, Bucket{{}, KeySet{distinct_limit(options)}}),
        all_keys_{distinct_limit(options)},
        current_ends_{now + bucket_time_} {}

  void add(Instant now, const Call& call) override {
    move_to(now);
    buckets_[current_].counts.add(call);
    total_.add(call);
    if (call.bad()) buckets_[current_].keys.add(call.key);
  }

  void clear(Instant now) override {
    for (Bucket& bucket : buckets_) bucket.clear();
    total_ = {};
    current_ends_ = now + bucket_time_;
  }

  CallCounts counts(Instant now) override {
    move_to(now);
    return total_;
  }

  std::size_t distinct(Instant now) override {
    move_to(now);
    all_keys_.clear();
    for (const Bucket& bucket : buckets_) all_keys_.add(bucket.keys);
    return all_keys_.size();
  }

 private:
  static constexpr std::size_t kBuckets = BreakerOptions::kBuckets;
  struct Bucket {
    CallCounts counts;
    KeySet keys;
    void clear() {
      counts = {};
      keys.clear();
    }
  };

  void move_to(Instant now) {
    if (now < current_ends_) return;
    const auto steps = 1 + (now - current_ends_) / bucket_time_;
    current_ends_ += steps * bucket_time_;
    for (auto i = std::min<std::int64_t>(steps, kBuckets); i > 0; --i) {
      current_ = (current_ + 1) % kBuckets;
      total_.remove(buckets_[current_].counts);
      buckets_[current_].clear();
    }
  }

  const std::chrono::nanoseconds bucket_time_;
  std::vector<Bucket> buckets_;
  std::size_t current_ = 0;
  KeySet all_keys_;
  CallCounts total_;
  Instant current_ends_;
};

// The last window_calls calls, in a ring.
class CountWindow final : public CallWindow {
 public:
  explicit CountWindow(const BreakerOptions& options) : most_{options.window_calls}, keys_{distinct_limit(options)} {
    calls_.reserve(most_);
  }

  void add(Instant, const Call& call) override {
    total_.add(call);
    if (calls_.size() < most_) {
      calls_.push_back(call);
      return;
    }
    CallCounts oldest;
    oldest.add(calls_[next_]);
    total_.remove(oldest);
    calls_[next_] = call;
    next_ = (next_ + 1) % most_;
  }

  void clear(Instant) override {
    calls_.clear();
    next_ = 0;
    total_ = {};
  }

  CallCounts counts(Instant) override { return total_; }

  std::size_t distinct(Instant) override {
    keys_.clear();
    for (const Call& call : calls_) {
      if (keys_.full()) break;
      if (call.bad()) keys_.add(call.key);
    }
    return keys_.size();
  }

 private:
  const std::size_t most_;
  std::vector<Call> calls_;
  std::size_t next_ = 0;  // the oldest, once the ring is full
  KeySet keys_;
  CallCounts total_;
};

}  // namespace

void CallCounts::add(const Call& call) {
  ++calls;
  failures += call.failed ? 1U : 0U;
  slow += call.slow ? 1U : 0U;
}

void CallCounts::remove(const CallCounts& gone) {
  calls -= gone.calls;
  failures -= gone.failures;
  slow -= gone.slow;
}

void KeySet::add(std::uint64_t key) {
  if (!full() && std::find(keys_.begin(), keys_.end(), key) == keys_.end()) keys_.push_back(key);
}

void KeySet::add(const KeySet& other) {
  for (const std::uint64_t key : other.keys_) {
    if (full()) return;
    add(key);
  }
}

std::size_t distinct_limit(const BreakerOptions& options) { return std::max<std::size_t>(options.min_distinct, 64); }

std::unique_ptr<CallWindow> make_call_window(const BreakerOptions& options, Instant now) {
  if (options.window == BreakerOptions::Window::count) return std::make_unique<CountWindow>(options);
  return std::make_unique<TimeWindow>(options, now);
}

}  // namespace leftfold::inline v0::detail
