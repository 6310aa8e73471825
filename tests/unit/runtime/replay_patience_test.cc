// SPDX-License-Identifier: Apache-2.0
// A replay's patience is with the broker, not with its projectors.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include <leftfold/replay.h>

#include "replay_support.h"

namespace leftfold::runtime_test {
namespace {

// A feed that brings nothing to who does not wait for it, as a broker's client with nothing at hand.
class Unhurried final : public EventFeed {
 public:
  Unhurried(EventFeed& feed, Clock& clock) : feed_{feed}, clock_{clock} {}
  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override {
    return std::make_unique<Reader>(feed_.subscribe(options), clock_);
  }
  Position head(std::int32_t partition) override { return feed_.head(partition); }
  Position checkpoint(std::string_view subscription) override { return feed_.checkpoint(subscription); }

 private:
  struct Reader final : Subscription {
    Reader(std::unique_ptr<Subscription> r, Clock& c) : reader{std::move(r)}, clock{c} {}
    Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override {
      return clock.instant() >= deadline ? Taken{} : reader->take(max, stop, deadline);
    }
    void wake() noexcept override { reader->wake(); }
    void seek(std::int32_t p, std::int64_t e, Position done) override { reader->seek(p, e, done); }
    void hold(std::int32_t p, std::int64_t e, bool on) override { reader->hold(p, e, on); }
    bool checkpoint(std::int32_t, std::int64_t, Position) override { return false; }
    void release(std::int32_t, std::int64_t) override {}
    std::unique_ptr<Subscription> reader;
    Clock& clock;
  };
  EventFeed& feed_;
  Clock& clock_;
};

// Whose first event takes longer than the patience with the broker.
struct Slow : Projector<TestEvents> {
  void reset() { seen = 0; }
  void on(const Counted&) {
    if (seen++ == 0) first();
  }
  int seen = 0;
  std::function<void()> first;
};

TEST(ReplayOfAFeed, does_not_give_up_because_a_projector_takes_its_time) {
  constexpr std::uint64_t kRead = 1 + 9 + 1;  // what it handles, the pages that have room, and one that has none
  testing::VirtualClock clock;
  MemoryStore store{clock};
  fill(store, 60);
  Unhurried feed{store, clock};
  Slow slow;
  Replay replay{ReplaySource::feed(feed), {.threads = 1, .batch = 1, .clock = &clock}};
  slow.first = [&] {
    for (const Instant end = soon(); replay.progress().looked_at < kRead && system_clock().instant() < end;)
      std::this_thread::yield();
    clock.advance(std::chrono::minutes{2});
  };
  EXPECT_TRUE(replay.add(slow).run().complete);
  EXPECT_EQ(slow.seen, 60);
}

}  // namespace
}  // namespace leftfold::runtime_test
