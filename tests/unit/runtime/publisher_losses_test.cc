// SPDX-License-Identifier: Apache-2.0
// Loud cases: what the stream deleted before it was read, and streams that come anew.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>

#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

class PublisherLosses : public PublisherWorld {
 protected:
  // Publishes whatever its cursor is behind of, as a reconcile does.
  void let_repair() {
    repair = [this](const std::stop_token& stop) -> std::vector<BlockedAggregate> {
      ++repairs;
      const std::unique_ptr<EventSink> sink = broker.open();
      runtime::Resequencer resequencer{store, cursor_memory, *sink, {}};
      runtime::ChangeLane& lane = resequencer.open_lane();
      const EventPage all = store.read_all(Position::start(), 1'000'000);
      for (const RecordedEvent& event : all) {
        if (!resequencer.take(lane, "1", event.aggregate_id, event.version, stop)) return {};
      }
      while (resequencer.on_the_way() > 0 && !stop.stop_requested()) resequencer.settle(stop, kNever);
      cursor_memory.advance(resequencer.take_cursors());
      return {};
    };
  }
  [[nodiscard]] bool repaired() {
    return wait_for([&] { return repairs >= 1; });
  }

  std::atomic<int> repairs{0};
  [[nodiscard]] static const PublisherPart* part_of(const PublisherStatus& status, const std::string& end) {
    for (const PublisherPart& part : status.parts) {
      if (part.name.ends_with("/" + end)) return &part;
    }
    return nullptr;
  }
};

TEST_F(PublisherLosses, WhatWasTrimmedIsRepairedLoudlyAndReadingGoesOn) {
  stream.add_shard("a");
  write("a", "cart-1", 5);
  {
    const auto first = start();
    EXPECT_TRUE(all_published());
    EXPECT_EQ(first->stop(), nullptr);
  }
  write("a", "cart-2", 5);
  stream.trim("a");
  let_repair();
  Metrics metrics;
  PublisherOptions counted = options();
  counted.metrics = &metrics;
  const auto second = start("w2", counted);
  EXPECT_TRUE(repaired());
  EXPECT_TRUE(all_published());
  write("a", "cart-1", 5);
  EXPECT_TRUE(all_published()) << "it goes on from the oldest";
  EXPECT_TRUE(wait_for([&] {
    const PublisherStatus status = second->status();
    const PublisherPart* part = part_of(status, "a");
    return part != nullptr && part->state == "lost";
  }));
  EXPECT_TRUE(wait_for([&] { return lease_of("a").note.starts_with("lost"); }));
  EXPECT_TRUE(wait_for([&] {
    const std::vector<Lease> all = leases();
    return std::any_of(all.begin(), all.end(),
                       [](const Lease& lease) { return lease.name == runtime::kRepairLease && lease.done; });
  }));
  EXPECT_NE(metrics.prometheus().find("leftfold_publisher_lost_total{publisher=\"p\",reason=\"trimmed\"} 1"),
            std::string::npos);
  EXPECT_EQ(second->stop(), nullptr);
}

TEST_F(PublisherLosses, TrimmedInTheMidstOfAReadIsNoticedToo) {
  stream.add_shard("a");
  stream.read_at_most(10);
  write("a", "cart-1", 10);
  let_repair();
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("a").checkpoint == "10"; }));
  stream.fail_reads(Errc::throttled, 1'000'000);
  write("a", "cart-2", 10);
  stream.trim("a");
  stream.fail_reads(Errc::throttled, 0);
  EXPECT_TRUE(repaired());
  EXPECT_TRUE(all_published());
  EXPECT_EQ(publisher->stop(), nullptr);
}

TEST_F(PublisherLosses, AShardThatVanishedIsDoneAndNotedAsLost) {
  stream.add_shard("a");
  write("a", "cart-1", 5);
  {
    const auto first = start();
    EXPECT_TRUE(all_published());
    EXPECT_EQ(first->stop(), nullptr);
  }
  stream.split("a", {"b"});
  stream.remove("a");
  write("b", "cart-1", 5);
  let_repair();
  const auto second = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(repaired());
  EXPECT_TRUE(wait_for([&] {
    const Lease lease = lease_of("a");
    return lease.name.empty() || (lease.done && lease.note.starts_with("lost"));
  }));
}

TEST_F(PublisherLosses, ARepairThatFailsIsTriedAgainAndOneThatIsMissingStaysToBeDone) {
  stream.add_shard("a");
  stream.be_behind(21h);
  write("a", "cart-1", 5);
  {
    const auto without = start();
    EXPECT_TRUE(all_published());
    EXPECT_TRUE(wait_for([&] { return part_of(without->status(), "a") != nullptr; }));
    EXPECT_TRUE(wait_for([&] { return leases().size() == 2; }));
    EXPECT_EQ(without->stop(), nullptr);
  }
  ASSERT_EQ(leases().front().name, runtime::kRepairLease);
  EXPECT_FALSE(leases().front().done);
  repair = [&](const std::stop_token&) -> std::vector<BlockedAggregate> {
    if (++repairs == 1) throw Error{Errc::unavailable, "the store does not answer"};
    return {};
  };
  const auto with = start();
  EXPECT_TRUE(wait_for([&] { return leases().front().done; }));
  EXPECT_EQ(repairs, 2);
}

// Any thread.
class Lines final : public Logger {
 public:
  using Logger::log;
  [[nodiscard]] bool enabled(LogLevel) const noexcept override { return true; }
  void log(LogLevel, std::string_view, std::string_view message, std::span<const LogField> fields) noexcept override {
    const std::scoped_lock lock{mutex_};
    all_.append(message).append("\n");
    for (const LogField& field : fields) all_.append(field.value).append("\n");
  }
  [[nodiscard]] bool has(const std::string& text) const {
    const std::scoped_lock lock{mutex_};
    return all_.find(text) != std::string::npos;
  }

 private:
  mutable std::mutex mutex_;
  std::string all_;
};

TEST_F(PublisherLosses, ARepairThatLeavesABlockedAggregateBehindDoesNotSayThatAllIsPublished) {
  stream.add_shard("a");
  stream.be_behind(21h);
  write("a", "cart-1", 5);
  repair = [&](const std::stop_token&) -> std::vector<BlockedAggregate> { return {{"cart-9", "it is too large"}}; };
  Lines lines;
  PublisherOptions with = options();
  with.log = &lines;
  const auto publisher = start("w1", with);
  EXPECT_TRUE(wait_for([&] {
    const std::vector<Lease> all = leases();
    return !all.empty() && all.front().name == runtime::kRepairLease && all.front().done;
  }));
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_FALSE(lines.has("what was missed is published"));
  EXPECT_TRUE(lines.has("cart-9"));
  EXPECT_TRUE(lines.has("it is too large"));
}

TEST_F(PublisherLosses, AnotherStreamIsReadAfterTheOneBeforeAndWhatWasInBetweenIsRepaired) {
  stream.add_shard("a");
  write("a", "cart-1", 5);
  let_repair();
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_EQ(repairs, 0);
  write("a", "cart-1", 5);
  store_events("cart-2", 3);  // between the two: no stream tells of it
  stream.relabel("stream-2");
  stream.add_shard("z");
  write("z", "cart-1", 5);
  EXPECT_TRUE(repaired());
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("z", "stream-2").checkpoint == "15"; }));
}

// Reads cursors, and cannot store any.
class ReadOnlyCursors final : public CursorStore {
 public:
  explicit ReadOnlyCursors(CursorStore& store) : store_{store} {}
  std::atomic<bool> throttled{true};
  std::vector<Version> load(std::span<const std::string_view> ids) override { return store_.load(ids); }
  void advance(std::span<const PublishCursor> cursors) override {
    if (throttled) throw Error{Errc::throttled, "too many writes"};
    store_.advance(cursors);
  }
  bool remove(std::string_view id) override { return store_.remove(id); }

 private:
  CursorStore& store_;
};

TEST_F(PublisherLosses, CursorsThatCannotBeStoredDoNotPileUp) {
  ReadOnlyCursors cursors{cursor_memory};
  cursor_store = &cursors;
  stream.add_shard("a");
  stream.read_at_most(5);
  for (int i = 0; i < 1'000; ++i) write("a", "cart-" + std::to_string(i), 1);
  PublisherOptions few = options();
  few.remembered = 10;
  few.most_open = 20;
  const auto publisher = start("w1", few);
  EXPECT_TRUE(wait_for([&] { return publisher->status().failure == "too many writes"; }));
  const std::uint64_t turns = publisher->status().turns;
  EXPECT_TRUE(wait_for([&] { return publisher->status().turns >= turns + 300 || broker.size() == 1'000; }));
  EXPECT_LT(broker.size(), 200U);
  cursors.throttled = false;
  EXPECT_TRUE(all_published());
}

}  // namespace
}  // namespace leftfold::publisher_test
