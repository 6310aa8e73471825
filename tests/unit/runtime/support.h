// SPDX-License-Identifier: Apache-2.0
// Events, handlers and a running Runner for the tests of this folder.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/memory.h>
#include <leftfold/runner.h>
#include <leftfold/testing/virtual_clock.h>

namespace leftfold::runtime_test {

struct Counted {
  int n = 0;
};
struct Ignored {
  int n = 0;
};
using TestEvents = Events<Counted, Ignored>;

// Everything a test waits for ends within this or the test fails; nothing takes nearly as long.
inline constexpr std::chrono::seconds kLong{30};
inline Instant soon() { return system_clock().instant() + kLong; }

// Whether so many threads wait by the clock now.
[[nodiscard]] inline bool threads_wait(testing::VirtualClock& clock, std::size_t threads) {
  std::stop_source now;
  now.request_stop();
  return clock.wait_for_waiters(threads, now.get_token());
}

// Waits until so many threads wait by the clock, or `done`; false when neither comes within `patience` of real time.
template <class Done>
[[nodiscard]] bool wait_for_threads(testing::VirtualClock& clock, std::size_t threads, const Done& done,
                                    std::chrono::milliseconds patience = kLong) {
  for (const Instant end = system_clock().instant() + patience; !threads_wait(clock, threads) && !done();) {
    if (system_clock().instant() > end) return false;
    std::this_thread::yield();
  }
  return true;
}
[[nodiscard]] inline bool wait_for_threads(testing::VirtualClock& clock, std::size_t threads) {
  return wait_for_threads(clock, threads, [] { return false; });
}

// Moves time in steps until `done`. Each step comes only when as many threads as the run has wait by the clock again,
// or are late by 50 ms: on a busy machine time would leap for them otherwise, and leases and deadlines of many seconds
// end in one of real time. False when neither `most` of the clock nor kLong of real time was enough, or when the
// threads did not all wait for as long.
template <class Done>
[[nodiscard]] bool pass_time_until(testing::VirtualClock& clock, std::size_t threads, const Done& done,
                                   std::chrono::milliseconds step = std::chrono::milliseconds{20},
                                   std::chrono::milliseconds most = std::chrono::hours{1}) {
  const Instant end = soon();
  Instant missing_until = end;
  for (std::chrono::milliseconds passed{0};; passed += step) {
    if (wait_for_threads(clock, threads, done, std::chrono::milliseconds{50})) missing_until = soon();
    if (done()) return true;
    const Instant now = system_clock().instant();
    if ((passed >= most && now > end) || now > missing_until) return false;
    clock.advance(step);
    std::this_thread::yield();
  }
}

// Counts up and lets threads wait for a number.
class Signal {
 public:
  void raise() {
    const std::scoped_lock lock{mutex_};
    ++count_;
    changed_.notify_all();
  }
  [[nodiscard]] bool wait_for(int count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, kLong, [&] { return count_ >= count; });
  }
  [[nodiscard]] int count() const {
    const std::scoped_lock lock{mutex_};
    return count_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// What handlers wait for that a test holds up on purpose. When it fails before it lets go of them, Running does: the
// run could not end, nor the test.
class Held {
 public:
  [[nodiscard]] static std::stop_token until_given_up() { return given_up().get_token(); }
  static void give_up() {
    given_up().request_stop();
    given_up() = std::stop_source{};  // for the next test of this program
  }

 private:
  static std::stop_source& given_up() {
    static std::stop_source source;
    return source;
  }
};

inline NewEvent counted(int n) {
  return {Uuid::v7(system_clock().now()), "Counted", "{\"n\":" + std::to_string(n) + "}", {}, 1};
}
inline NewEvent ignored(int n) {
  return {Uuid::v7(system_clock().now()), "Ignored", "{\"n\":" + std::to_string(n) + "}", {}, 1};
}
inline NewEvent unknown() { return {Uuid::v7(system_clock().now()), "FromAnotherProgram", "{}", {}, 1}; }

// Appends one event behind the others of its aggregate and returns its position.
inline Position append(EventStore& store, const std::string& aggregate, const NewEvent& event) {
  for (Version expected;;) {
    AppendRequest request;
    request.aggregate_id = aggregate;
    request.expected = expected;
    request.events.push_back(event);
    const AppendResult result = store.append(request);
    if (const auto* appended = std::get_if<Appended>(&result)) return appended->position;
    expected = std::get<Conflict>(result).actual;
  }
}

// Runs a Runner on a thread of its own until stop() or its end.
class Running {
 public:
  explicit Running(Runner& runner)
      : runner_{runner}, thread_{[this](const std::stop_token& stop) {
          try {
            runner_.run(stop);
          } catch (...) {
            failure_ = std::current_exception();
          }
          ended_.raise();
        }} {}
  ~Running() {
    if (::testing::Test::HasFatalFailure()) Held::give_up();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Ends the run and returns what it threw, or nothing.
  std::exception_ptr stop() {
    thread_.request_stop();
    return wait();
  }
  std::exception_ptr wait() {
    if (thread_.joinable()) thread_.join();
    return failure_;
  }
  void request_stop() { thread_.request_stop(); }
  [[nodiscard]] bool ended() { return ended_.wait_for(1); }

  // For a run that has begun: one that follows another needs a sign of that first.
  [[nodiscard]] bool handled(Position position) {
    std::stop_source too_long;
    Signal answered;
    const std::jthread watch{[&] {
      if (!answered.wait_for(1)) too_long.request_stop();
    }};
    const bool result = runner_.wait_until_handled(position, too_long.get_token(), kNever);
    answered.raise();
    return result;
  }

 private:
  Runner& runner_;
  Signal ended_;
  std::exception_ptr failure_;
  std::jthread thread_;
};

// Text of what a run threw; "" for nothing.
inline std::string text_of(const std::exception_ptr& failure) {
  if (!failure) return "";
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "?";
  }
}

// Remembers what it received, from any number of threads; can be held in the middle of an event, and can fail at one.
struct Recorder : Listener<TestEvents> {
  void on(const Counted& event, const EventMetadata& meta) const {
    {
      std::unique_lock lock{mutex_};
      if (running_[meta.aggregate_id]++ > 0) overlapped = true;
      most_parallel = std::max(most_parallel, ++parallel_);
      started.raise();
      if (event.n == hold_at) changed_.wait(lock, given_up_, [this] { return !held_; });
    }
    if (event.n == fail_at) {
      leave(meta.aggregate_id);
      throw std::runtime_error{"no such luck"};
    }
    {
      const std::scoped_lock lock{mutex_};
      seen_[meta.aggregate_id].push_back(event.n);
      ++total_;
    }
    leave(meta.aggregate_id);
    finished.raise();
  }
  void release() const {
    const std::scoped_lock lock{mutex_};
    held_ = false;
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<int> of(const std::string& aggregate) const {
    const std::scoped_lock lock{mutex_};
    return seen_[aggregate];
  }
  [[nodiscard]] int count() const {
    const std::scoped_lock lock{mutex_};
    return total_;
  }

  int hold_at = -1;  // waits there until release()
  int fail_at = -1;  // throws there
  mutable Signal started;
  mutable Signal finished;
  mutable bool overlapped = false;
  mutable int most_parallel = 0;

 private:
  void leave(const std::string& aggregate) const {
    const std::scoped_lock lock{mutex_};
    --running_[aggregate];
    --parallel_;
  }
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  const std::stop_token given_up_ = Held::until_given_up();
  mutable bool held_ = true;
  mutable int parallel_ = 0;
  mutable int total_ = 0;
  mutable std::map<std::string, int> running_;
  mutable std::map<std::string, std::vector<int>> seen_;
};

// A table in memory: the numbers in the order they came.
struct Numbers : Projector<TestEvents> {
  void on(const Counted& event) {
    if (event.n == fail_at) throw std::runtime_error{"no such luck"};
    numbers.push_back(event.n);
  }
  void reset() {
    numbers.clear();
    ++resets;
    was_reset.raise();
  }
  int fail_at = -1;
  int resets = 0;
  Signal was_reset;
  std::vector<int> numbers;
};

inline std::vector<int> up_to(int count) {
  std::vector<int> numbers;
  for (int n = 0; n < count; ++n) numbers.push_back(n);
  return numbers;
}

}  // namespace leftfold::runtime_test
