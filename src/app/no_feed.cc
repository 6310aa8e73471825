// SPDX-License-Identifier: Apache-2.0
#include "app/no_feed.h"

#include <condition_variable>
#include <mutex>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {
namespace {

class NoSubscription final : public Subscription {
 public:
  explicit NoSubscription(Clock& clock) : clock_{&clock} {}

  Taken take(std::size_t, const std::stop_token& stop, Instant deadline) override {
    std::unique_lock lock{mutex_};
    (void)clock_->wait_until(lock, woken_signal_, stop, deadline, [this] { return woken_; });
    woken_ = false;
    return {};
  }

  void wake() noexcept override {
    {
      const std::lock_guard lock{mutex_};
      woken_ = true;
    }
    woken_signal_.notify_all();
  }

  void seek(std::int32_t, std::int64_t, Position) override {}
  void hold(std::int32_t, std::int64_t, bool) override {}
  bool checkpoint(std::int32_t, std::int64_t, Position) override { return false; }
  void release(std::int32_t, std::int64_t) override {}

 private:
  Clock* clock_;
  std::mutex mutex_;
  std::condition_variable_any woken_signal_;
  bool woken_ = false;
};

}  // namespace

std::unique_ptr<Subscription> NoFeed::subscribe(const SubscriptionOptions& options) {
  if (options.name.empty()) throw Error{Errc::invalid_argument, "a subscription needs a name"};
  return std::make_unique<NoSubscription>(*clock_);
}

Position NoFeed::head(std::int32_t) { return Position::start(); }
Position NoFeed::checkpoint(std::string_view) { return Position::start(); }

}  // namespace leftfold::inline v0::app
