// What ends a wait for librdkafka: news in its queue, wake(), a stop, the deadline.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include <leftfold/clock.h>

namespace leftfold::kafka {

/// news() and wake() from any thread, librdkafka's too; the rest from the one that waits.
/// Nothing of librdkafka may be called with its lock held, for news() comes with librdkafka's locks held.
class WakeUp {
 public:
  /// There is something in the queue.
  void news() noexcept { set(news_); }
  /// Ends one wait.
  void wake() noexcept { set(woken_); }

  /// Forgets the news: call it before looking at the queue, so that what comes after the look is news again.
  void looking() noexcept {
    const std::scoped_lock lock{mutex_};
    news_ = false;
  }
  /// Forgets wake().
  void returning() noexcept {
    const std::scoped_lock lock{mutex_};
    woken_ = false;
  }
  /// Waits. True for news: look again; false when the wait is over: wake(), `stop`, `deadline`.
  [[nodiscard]] bool wait(Clock& clock, const std::stop_token& stop, Instant deadline) {
    std::unique_lock lock{mutex_};
    return clock.wait_until(lock, changed_, stop, deadline, [this] { return news_ || woken_; }) && !woken_;
  }

 private:
  void set(bool& flag) noexcept {
    const std::scoped_lock lock{mutex_};
    flag = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;
  bool woken_ = false;
};

}  // namespace leftfold::kafka
