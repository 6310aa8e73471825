// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_burst.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {
namespace {

using Clock = std::chrono::steady_clock;  // a stopwatch, and no matter of the program's own time
using Seconds = std::chrono::duration<double>;

/// The threads of one burst.
class Burst {
 public:
  Burst(std::size_t writers, const BurstCall& call) : call_{call}, took_us_(writers) {}

  BurstFigures run(Seconds longest, const std::stop_token& stop, const BurstProgress& progress) {
    std::vector<std::jthread> threads;
    const Ends ends{*this};  // goes before the threads, which are joined
    try {
      while (threads.size() < took_us_.size()) {
        threads.emplace_back([this, writer = threads.size()] { work(writer); });
        ++started_;
      }
    } catch (const std::system_error& error) {
      throw Error{Errc::unavailable, std::string{"cannot start another thread: "} + error.what() + "; use fewer"};
    }
    const Clock::time_point begin = Clock::now();
    open_gate();
    wait(begin, longest, stop, progress);
    over_ = true;
    threads.clear();
    if (failure_) std::rethrow_exception(failure_);
    return figures(Clock::now() - begin);
  }

 private:
  struct Ends {
    Burst& burst;
    ~Ends() {
      burst.over_ = true;
      burst.open_gate();
    }
  };

  void open_gate() {
    gate_ = true;
    gate_.notify_all();
  }

  void wait(Clock::time_point begin, Seconds longest, const std::stop_token& stop, const BurstProgress& progress) {
    constexpr std::chrono::milliseconds kLookEvery{100};
    std::unique_lock lock{mutex_};
    for (;;) {
      const Seconds elapsed = Clock::now() - begin;
      if (ended_ == started_ || failure_ || elapsed >= longest || stop.stop_requested()) return;
      lock.unlock();
      progress(elapsed, events_.load(std::memory_order_relaxed));
      lock.lock();
      const Seconds next = std::min<Seconds>(longest - elapsed, kLookEvery);
      signal_.wait_for(lock, stop, next, [this] { return ended_ == started_ || failure_ != nullptr; });
    }
  }

  void work(std::size_t writer) {
    gate_.wait(false);
    std::exception_ptr failure;
    try {
      std::vector<float>& took = took_us_[writer];
      while (!over_) {
        const Clock::time_point begin = Clock::now();
        const std::size_t events = call_(writer);
        if (events == 0) break;
        took.push_back(std::chrono::duration<float, std::micro>(Clock::now() - begin).count());
        events_.fetch_add(events, std::memory_order_relaxed);
      }
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock{mutex_};
    if (failure && !failure_) failure_ = failure;
    ++ended_;
    signal_.notify_all();
  }

  [[nodiscard]] BurstFigures figures(Seconds elapsed) const {
    std::vector<float> all;
    for (const std::vector<float>& each : took_us_) all.insert(all.end(), each.begin(), each.end());
    BurstFigures figures{events_, all.size(), elapsed.count(), 0, 0};
    if (all.empty()) return figures;
    std::sort(all.begin(), all.end());
    const auto at = [&](std::size_t percent) { return static_cast<double>(all[(all.size() - 1) * percent / 100]); };
    figures.p50_us = at(50);
    figures.p99_us = at(99);
    return figures;
  }

  const BurstCall& call_;
  std::vector<std::vector<float>> took_us_;  // of each thread
  std::atomic<std::uint64_t> events_{0};
  std::atomic<bool> gate_{false};
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::condition_variable_any signal_;
  std::size_t started_ = 0;
  std::size_t ended_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

BurstFigures run_burst(std::size_t writers, Seconds longest, std::stop_token stop, const BurstCall& call,
                       const BurstProgress& progress) {
  return Burst{writers, call}.run(longest, stop, progress);
}

}  // namespace leftfold::inline v0::cli
