// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/virtual_clock.h>

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::testing {
namespace {

// Two mutexes as one. A condition variable lets go of it in one step with beginning to wait, so whoever holds either
// mutex while it changes something and notifies cannot slip in between a waiter's look and its wait.
class BothMutexes {
 public:
  BothMutexes(std::unique_lock<std::mutex>& first, std::unique_lock<std::mutex>& second)
      : first_{first}, second_{second} {}
  void lock() {
    first_.lock();
    second_.lock();
  }
  void unlock() {
    second_.unlock();
    first_.unlock();
  }

 private:
  std::unique_lock<std::mutex>& first_;
  std::unique_lock<std::mutex>& second_;
};

// Instants of this clock begin here; any value would do, and this one shows when an Instant is taken for a duration.
constexpr Instant kBegin{std::chrono::hours{1000}};

}  // namespace

VirtualClock::VirtualClock(Timestamp now) : wall_offset_{now.time_since_epoch()} {}

Timestamp VirtualClock::now() const {
  const std::scoped_lock lock{mutex_};
  return Timestamp{std::chrono::floor<std::chrono::milliseconds>(wall_offset_ + elapsed_)};
}

Instant VirtualClock::instant() const {
  const std::scoped_lock lock{mutex_};
  return kBegin + elapsed_;
}

void VirtualClock::wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal,
                              const std::stop_token& stop, Instant deadline) {
  std::unique_lock own{mutex_};
  if (kBegin + elapsed_ >= deadline) return;
  Waiter waiter{&signal, deadline};
  waiters_.push_back(&waiter);
  waiters_changed_.notify_all();
  BothMutexes both{lock, own};
  // A predicate that turns true after the first look makes this return at the first notification.
  bool waited = false;
  signal.wait(both, stop, [&waited] { return std::exchange(waited, true); });
  std::erase(waiters_, &waiter);
  waiters_changed_.notify_all();
}

void VirtualClock::advance(std::chrono::nanoseconds by) {
  const std::scoped_lock lock{mutex_};
  elapsed_ += by;
  for (const Waiter* waiter : waiters_) {
    if (waiter->deadline <= kBegin + elapsed_) waiter->signal->notify_all();
  }
}

void VirtualClock::set_now(Timestamp now) {
  const std::scoped_lock lock{mutex_};
  wall_offset_ = now.time_since_epoch() - elapsed_;
}

bool VirtualClock::wait_for_waiters(std::size_t count, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  return waiters_changed_.wait(lock, stop, [&] { return waiting() >= count; });
}

std::size_t VirtualClock::waiting() const {
  const auto ahead = [this](const Waiter* waiter) { return waiter->deadline > kBegin + elapsed_; };
  return static_cast<std::size_t>(std::count_if(waiters_.begin(), waiters_.end(), ahead));
}

}  // namespace leftfold::inline v0::testing
