// SPDX-License-Identifier: Apache-2.0
// Several Publishers at once: they come, go, die, freeze and go on.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/runtime/publisher_ports.h"
#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

class PublisherWorkers : public PublisherWorld {
 protected:
  // A Publisher whose ports end with `life`.
  std::unique_ptr<Publishing> start_mortal(const std::string& worker, Life& life, PublisherOptions options) {
    options.worker = worker;
    auto ports_of_it = std::make_shared<std::pair<MortalCursors, MortalLeases>>(
        std::piecewise_construct, std::forward_as_tuple(cursor_memory, life),
        std::forward_as_tuple(lease_memory, life));
    runtime::StreamSource source;
    source.stored = ports();
    source.stored.cursors = &ports_of_it->first;
    source.stored.leases = &ports_of_it->second;
    source.group = options.name;
    source.pace = {1ms, 5ms};
    kept_.push_back(ports_of_it);
    return std::make_unique<Publishing>(std::make_unique<runtime::StreamPublisher>(
        std::move(source), [this, &life] { return std::make_unique<MortalSink>(broker.open(), life); },
        std::move(options)));
  }
  void open_shards(int count) {
    for (int i = 0; i < count; ++i) {
      shards_.push_back("s" + std::to_string(i));
      stream.add_shard(shards_.back());
    }
  }
  void split(std::size_t shard, const std::vector<std::string>& children) {
    stream.split(shards_[shard], children);
    shards_.erase(shards_.begin() + static_cast<std::ptrdiff_t>(shard));
    shards_.insert(shards_.end(), children.begin(), children.end());
  }
  // Some commits more, each aggregate's in all shards.
  void write_more(int commits) {
    for (int i = 0; i < commits; ++i, ++next_) {
      const std::string& shard = shards_[static_cast<std::size_t>(next_) % shards_.size()];
      write(shard, "cart-" + std::to_string(next_ % 7), 1 + next_ % 3);
    }
  }

 private:
  std::vector<std::shared_ptr<void>> kept_;
  std::vector<std::string> shards_;  // that take events
  int next_ = 0;
};

// Answers for shards() not before it is let to.
class SlowStream final : public ChangeStream {
 public:
  explicit SlowStream(ChangeStream& stream) : stream_{stream} {}
  void be_slow(bool slow) {
    const std::scoped_lock lock{mutex_};
    slow_ = slow;
    changed_.notify_all();
  }
  [[nodiscard]] bool asked() {
    const std::scoped_lock lock{mutex_};
    return waiting_;
  }
  ShardList shards() override {
    std::unique_lock lock{mutex_};
    waiting_ = slow_;
    changed_.wait(lock, [&] { return !slow_; });
    waiting_ = false;
    lock.unlock();
    return stream_.shards();
  }
  std::vector<Shard> children(const std::string& stream, const std::string& shard) override {
    return stream_.children(stream, shard);
  }
  std::unique_ptr<ShardReader> open(const std::string& stream, const std::string& shard,
                                    const std::string& after) override {
    return stream_.open(stream, shard, after);
  }

 private:
  ChangeStream& stream_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool slow_ = false;
  bool waiting_ = false;
};

TEST_F(PublisherWorkers, LeasesAreRenewedWhileTheStreamTakesLongToListItsShards) {
  SlowStream slow{stream};
  change_stream = &slow;
  stream.add_shard("a");
  write("a", "cart-1", 5);
  const auto publisher = start("w1");
  EXPECT_TRUE(all_published());
  slow.be_slow(true);
  ASSERT_TRUE(wait_for([&] { return slow.asked(); }));
  const std::int64_t counter = lease_of("a").counter;
  EXPECT_TRUE(wait_for([&] { return lease_of("a").counter >= counter + 5; }));
  write("a", "cart-1", 5);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("a").checkpoint == "10"; }));
  EXPECT_TRUE(slow.asked()) << "all this while it did not answer";
  stream.add_shard("b");
  slow.be_slow(false);
  write("b", "cart-2", 5);
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherWorkers, OneThenThreeThenOne) {
  open_shards(6);
  write_more(60);
  const auto first = start("w1");
  EXPECT_TRUE(wait_for([&] { return owned_by("w1") == 6; }));
  {
    const auto second = start("w2");
    const auto third = start("w3");
    EXPECT_TRUE(wait_for([&] {
      write_more(1);
      return owned_by("w1") == 2 && owned_by("w2") == 2 && owned_by("w3") == 2;
    }));
    EXPECT_TRUE(all_published());
    EXPECT_EQ(second->stop(), nullptr);
    EXPECT_EQ(third->stop(), nullptr);
  }
  write_more(60);
  EXPECT_TRUE(wait_for([&] { return owned_by("w1") == 6; }));
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherWorkers, OneThatHasNothingToDoWaits) {
  open_shards(1);
  write_more(10);
  const auto first = start("w1");
  EXPECT_TRUE(all_published());
  const auto second = start("w2");
  EXPECT_TRUE(wait_for([&] { return second->status().state == "waiting"; }));
  const PublisherStatus status = second->status();
  ASSERT_EQ(status.parts.size(), 1U);
  EXPECT_EQ(status.parts[0].owner, "w1");
  EXPECT_EQ(status.parts[0].state, "reading");
}

TEST_F(PublisherWorkers, AStealInTheMidstOfABatchLosesNothing) {
  open_shards(2);
  broker.go_away();
  write_more(200);
  const auto first = start("w1");
  EXPECT_TRUE(wait_for([&] { return first->status().on_the_way == 50; }));
  const auto second = start("w2");
  EXPECT_TRUE(wait_for([&] { return owned_by("w2") == 1; }));
  EXPECT_TRUE(wait_for([&] {
    const PublisherStatus status = first->status();
    return std::count_if(status.parts.begin(), status.parts.end(),
                         [](const PublisherPart& part) { return part.owner == "w2"; }) == 1;
  })) << "it notices while it waits for the broker";
  broker.come_back();
  EXPECT_TRUE(all_published());
  write_more(50);
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherWorkers, AZombieThatGoesOnAfterItsLeasesWereTakenDoesNoHarm) {
  open_shards(2);
  write_more(50);
  Life life;
  PublisherOptions expires = options();
  expires.lease_expires_after = 500ms;
  const auto zombie = start_mortal("zombie", life, expires);
  EXPECT_TRUE(all_published());
  broker.go_away();
  write_more(100);
  EXPECT_TRUE(wait_for([&] { return zombie->status().on_the_way > 0; }));
  life.cut_off();  // with events of its own on the way
  const auto other = start("w2", expires);
  EXPECT_TRUE(wait_for([&] { return owned_by("w2") == 2; }));
  broker.come_back();
  EXPECT_TRUE(all_published());
  life.resume();
  write_more(100);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return owned_by("zombie") == 1; })) << "it takes part again";
  write_more(100);
  EXPECT_TRUE(all_published());
}

// Killed at each of its calls in turn: between sending, receipt, cursor and checkpoint, before a call and after it.
TEST_F(PublisherWorkers, KilledAnywhereTheNextOneGoesOn) {
  open_shards(3);
  stream.read_at_most(5);
  std::mt19937 random{11};
  PublisherOptions at_once = options();
  at_once.drain = 0ms;
  at_once.lease_expires_after = 30ms;
  for (int round = 0; round < 60; ++round) {
    Life life;
    life.die_after_the_call(round % 2 == 0);
    life.end_after(1 + static_cast<int>(random() % 40));
    write_more(6);
    const auto mortal = start_mortal("w" + std::to_string(round), life, at_once);
    EXPECT_TRUE(wait_for([&] { return life.dead(); })) << round;
    if (round % 5 == 0) split(0, {"x" + std::to_string(round)});
    EXPECT_EQ(mortal->stop(), nullptr);
  }
  const auto last = start("last", at_once);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] {
    const std::vector<Lease> all = leases();
    return std::all_of(all.begin(), all.end(), [](const Lease& lease) { return lease.done || lease.owner == "last"; });
  }));
}

TEST_F(PublisherWorkers, ManyAtOnceOverShardsThatSplitAndABrokerThatBreaks) {
  open_shards(4);
  stream.read_at_most(9);
  broker.break_after(61, 12);
  PublisherOptions quick = options();
  quick.most_open = 40;
  quick.remembered = 3;
  std::vector<std::unique_ptr<Publishing>> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(start("w" + std::to_string(i), quick));
  for (int round = 0; round < 12; ++round) {
    write_more(25);
    if (round % 4 == 1) {
      workers[static_cast<std::size_t>(round / 4)].reset();
      workers[static_cast<std::size_t>(round / 4)] = start("again" + std::to_string(round), quick);
    }
    if (round == 6) split(3, {"t1", "t2"});
  }
  EXPECT_TRUE(all_published());
}

}  // namespace
}  // namespace leftfold::publisher_test
