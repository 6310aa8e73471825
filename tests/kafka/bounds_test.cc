// SPDX-License-Identifier: Apache-2.0
// KAFKA_CONSUMER_MAX_PARALLEL_HANDLES and KAFKA_CONSUMER_MAX_QUEUE_SIZE mean what they say, and an aggregate whose
// handler hangs keeps nobody else from being handled.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include <leftfold/listener.h>
#include <leftfold/runner.h>

#include "kafka/chaos.h"
#include "kafka/counted_feed.h"
#include "support/kafka_records.h"

namespace leftfold::test_kafka {
namespace {

// Its handler waits while the gate, or the account, is shut.
class Gated : public Listener<StepEvents> {
 public:
  explicit Gated(FeedCounts& counts) : counts_{counts} {}
  void on(const Step&, const EventMetadata& meta) const {
    std::unique_lock lock{mutex_};
    most_ = std::max(most_, ++running_);
    changed_.wait(lock, [&] { return open_ && meta.aggregate_id != hangs_; });
    --running_;
    std::int64_t& next = next_[meta.aggregate_id];
    EXPECT_EQ(meta.version.value(), next) << meta.aggregate_id;
    ++next;
    counts_.finished();
  }
  /// Lets all pass but one account's; with an empty name, all.
  void open_but(const std::string& account) {
    const std::scoped_lock lock{mutex_};
    open_ = true;
    hangs_ = account;
    changed_.notify_all();
  }
  [[nodiscard]] std::size_t running() const {
    const std::scoped_lock lock{mutex_};
    return running_;
  }
  [[nodiscard]] std::size_t most() const {
    const std::scoped_lock lock{mutex_};
    return most_;
  }
  [[nodiscard]] std::int64_t handled(const std::string& account) const {
    const std::scoped_lock lock{mutex_};
    const auto at = next_.find(account);
    return at == next_.end() ? 0 : at->second;
  }

 private:
  FeedCounts& counts_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::size_t running_ = 0;
  mutable std::size_t most_ = 0;
  mutable std::map<std::string, std::int64_t> next_;
  bool open_ = false;
  std::string hangs_;
};

struct KafkaBounds : ::testing::Test {
  ~KafkaBounds() override { gated.open_but({}); }  // or the run of a test that failed would never end
  Runner& start(std::size_t workers, std::size_t max_in_flight) {
    RunnerOptions options;
    options.group = topic.options().topic;
    options.workers = workers;
    options.max_in_flight = max_in_flight;
    runner.emplace(feed, options);
    runner->add(gated);
    running.emplace(runner->start());
    return *runner;
  }
  void send(const std::string& account) { sink.send(account, {}); }
  [[nodiscard]] std::int32_t partition_of(const std::string& account) {
    for (const EventCopy& event : test_support::events_in(topic.options())) {
      if (event.aggregate_id == account) return event.partition;
    }
    return -1;
  }
  static bool wait_until(const std::function<bool()>& holds) { return Chaos::wait_until(holds); }

  TestTopic topic{2};
  StepSink sink{topic.options()};
  KafkaBroker broker{topic.options()};
  FeedCounts counts;
  CountedFeed feed{broker, counts};
  Gated gated{counts};
  std::optional<Runner> runner;
  std::optional<Running> running;
};

TEST_F(KafkaBounds, AreReachedAndNeverPassed) {
  for (int version = 0; version < 10; ++version) {
    for (int i = 0; i < 40; ++i) send("account-" + std::to_string(i));
  }
  sink.settle();
  const Runner& started = start(4, 9);
  ASSERT_TRUE(wait_until([&] { return gated.running() == 4 && counts.unfinished() == 9; }));
  EXPECT_EQ(started.status().front().in_flight, 9U);
  gated.open_but({});
  ASSERT_TRUE(wait_until([&] { return counts.finished_so_far() == 400; }));
  running->finish();
  EXPECT_EQ(gated.most(), 4U);
  EXPECT_EQ(counts.most(), 9U);
}

TEST_F(KafkaBounds, AHotAggregateThatHangsLeavesTheOthersTheirShare) {
  constexpr int kOthers = 20;
  for (int version = 0; version < 30; ++version) {
    if (version < 20) send("hot");  // 20 of 30 places
    for (int i = 0; i < kOthers; ++i) send("other-" + std::to_string(i));
  }
  sink.settle();
  gated.open_but("hot");
  start(10, 30);
  for (int i = 0; i < kOthers; ++i) {
    ASSERT_TRUE(wait_until([&] { return gated.handled("other-" + std::to_string(i)) == 30; })) << i;
  }
  EXPECT_EQ(gated.handled("hot"), 0);
  gated.open_but({});
  ASSERT_TRUE(wait_until([&] { return gated.handled("hot") == 20; }));
  running->finish();
  EXPECT_LE(counts.most(), 30U);
}

// What may come again after a crash is bounded by partition: one that may not go on is held while the others flow.
TEST_F(KafkaBounds, AFullPartitionIsHeldAndTheOthersFlow) {
  constexpr std::int64_t kSpan = 1000;
  constexpr std::int64_t kEvents = 1500;
  for (int i = 0; i < 16; ++i) send("account-" + std::to_string(i));
  sink.settle();
  const std::string hot = "account-0";
  std::string beside;     // in the same partition
  std::string elsewhere;  // in the other one
  for (int i = 1; i < 16; ++i) {
    const std::string account = "account-" + std::to_string(i);
    (partition_of(account) == partition_of(hot) ? beside : elsewhere) = account;
  }
  ASSERT_FALSE(beside.empty() || elsewhere.empty());
  gated.open_but({});
  start(10, 30);
  ASSERT_TRUE(wait_until([&] { return counts.finished_so_far() == 16; }));
  gated.open_but(hot);
  send(hot);
  for (std::int64_t i = 0; i < kEvents; ++i) {
    send(beside);
    send(elsewhere);
  }
  sink.settle();
  ASSERT_TRUE(wait_until([&] { return gated.handled(elsewhere) == kEvents + 1; }));
  ASSERT_TRUE(wait_until([&] { return gated.handled(beside) == kSpan; }));  // with the first, and without the hot one
  gated.open_but({});
  ASSERT_TRUE(wait_until([&] { return gated.handled(hot) == 2 && gated.handled(beside) == kEvents + 1; }));
  running->finish();
  EXPECT_LE(counts.most(), 30U);
}

}  // namespace
}  // namespace leftfold::test_kafka
