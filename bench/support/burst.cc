// SPDX-License-Identifier: Apache-2.0
#include "support/burst.h"

#include <barrier>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace leftfold::bench {
namespace {

/// The first exception of any thread.
class Failure {
 public:
  void set(std::exception_ptr failure) {
    const std::scoped_lock lock{mutex_};
    if (!first_) first_ = std::move(failure);
    signal_.notify_all();
  }
  /// Waits `seconds`, or until there is one.
  void wait(double seconds) {
    std::unique_lock lock{mutex_};
    signal_.wait_for(lock, std::chrono::duration<double>{seconds}, [this] { return first_ != nullptr; });
  }
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable signal_;
  std::exception_ptr first_;
};

std::uint64_t units_of(const std::vector<std::unique_ptr<Worker>>& workers) {
  std::uint64_t sum = 0;
  for (const auto& worker : workers) sum += worker->units();
  return sum;
}

}  // namespace

BurstFigures run_burst(const std::vector<WorkerBody>& bodies, double warm_up, double seconds) {
  std::atomic<Phase> phase{Phase::warm_up};
  std::barrier ready{static_cast<std::ptrdiff_t>(bodies.size() + 1)};
  Failure failure;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::jthread> threads;
  for (const WorkerBody& body : bodies) {
    Worker& me = *workers.emplace_back(std::make_unique<Worker>(phase));
    threads.emplace_back([&ready, &failure, &body, &me] {
      ready.arrive_and_wait();
      try {
        body(me);
      } catch (...) {
        failure.set(std::current_exception());
      }
    });
  }
  ready.arrive_and_wait();
  failure.wait(warm_up);
  const auto begin = SteadyClock::now();
  const std::uint64_t before = units_of(workers);
  const double cpu_before = process_cpu_seconds();
  phase = Phase::measure;
  failure.wait(seconds);
  const double cpu = process_cpu_seconds() - cpu_before;
  const auto units = static_cast<double>(units_of(workers) - before);
  const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  phase = Phase::over;
  threads.clear();
  failure.rethrow();

  std::vector<double> latencies;
  for (const auto& worker : workers) {
    latencies.insert(latencies.end(), worker->latencies_us().begin(), worker->latencies_us().end());
  }
  return {units / elapsed, cpu * 1e6 / units, quantile(latencies, 0.5), quantile(latencies, 0.99)};
}

}  // namespace leftfold::bench
