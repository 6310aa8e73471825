// SPDX-License-Identifier: Apache-2.0
// Counts what is taken from a feed and not finished.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <leftfold/event_feed.h>

namespace leftfold::test_kafka {

/// Any thread.
class FeedCounts {
 public:
  void taken(std::size_t events) {
    const std::scoped_lock lock{mutex_};
    taken_ += events;
    most_ = std::max(most_, taken_ - finished_);
  }
  /// As late as a handler can know it.
  void finished() {
    const std::scoped_lock lock{mutex_};
    ++finished_;
  }
  [[nodiscard]] std::size_t unfinished() const {
    const std::scoped_lock lock{mutex_};
    return taken_ - finished_;
  }
  [[nodiscard]] std::size_t finished_so_far() const {
    const std::scoped_lock lock{mutex_};
    return finished_;
  }
  /// The most there ever were unfinished.
  [[nodiscard]] std::size_t most() const {
    const std::scoped_lock lock{mutex_};
    return most_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t taken_ = 0;
  std::size_t finished_ = 0;
  std::size_t most_ = 0;
};

/// A feed as it is. Both must outlive it.
class CountedFeed final : public EventFeed {
 public:
  CountedFeed(EventFeed& feed, FeedCounts& counts) : feed_{feed}, counts_{counts} {}
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override {
    return std::make_unique<Counted>(feed_.subscribe(options), counts_);
  }
  [[nodiscard]] bool may_repeat() const noexcept override { return feed_.may_repeat(); }
  [[nodiscard]] Position head(std::int32_t partition) override { return feed_.head(partition); }
  [[nodiscard]] Position checkpoint(std::string_view subscription) override { return feed_.checkpoint(subscription); }

 private:
  class Counted final : public Subscription {
   public:
    Counted(std::unique_ptr<Subscription> inner, FeedCounts& counts) : inner_{std::move(inner)}, counts_{counts} {}
    [[nodiscard]] Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override {
      Taken taken = inner_->take(max, stop, deadline);
      counts_.taken(taken.events.size());
      return taken;
    }
    void wake() noexcept override { inner_->wake(); }
    void seek(std::int32_t partition, std::int64_t epoch, Position done) override {
      inner_->seek(partition, epoch, done);
    }
    void hold(std::int32_t partition, std::int64_t epoch, bool on) override { inner_->hold(partition, epoch, on); }
    [[nodiscard]] bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) override {
      return inner_->checkpoint(partition, epoch, done);
    }
    void release(std::int32_t partition, std::int64_t epoch) override { inner_->release(partition, epoch); }

   private:
    std::unique_ptr<Subscription> inner_;
    FeedCounts& counts_;
  };

  EventFeed& feed_;
  FeedCounts& counts_;
};

}  // namespace leftfold::test_kafka
