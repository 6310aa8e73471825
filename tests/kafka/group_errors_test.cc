// A coordinator that refuses commits, or has forgotten the member: nothing is committed that was not finished, and what
// was lost is fenced and comes again.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/kafka.h>
#include <leftfold/listener.h>
#include <leftfold/runner.h>

#include "support/kafka_mock.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::MockKafka;

struct Happened {};
using HappenedEvents = Events<Happened>;

bool wait_until(const std::function<bool()>& holds) {
  const Instant deadline = system_clock().instant() + seconds{60};
  while (!holds()) {
    if (system_clock().instant() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds{10});
  }
  return true;
}

/// One member of a group, which takes what comes and remembers it.
class Member {
 public:
  explicit Member(KafkaBroker& broker) : subscription_{broker.subscribe({"shop.Handler"})} {}

  void take() {
    const Taken taken = subscription_->take(100, {}, system_clock().instant() + milliseconds{20});
    for (const Revocation& revocation : taken.revoked) {
      if (revocation.lost) ++lost;
      if (!revocation.lost) subscription_->release(revocation.partition, revocation.epoch);
    }
    for (const Assignment& assignment : taken.assigned) {
      epochs.push_back(assignment.epoch);
      begun_after = assignment.checkpoint;
      newest = assignment.checkpoint;
    }
    for (const RecordedEvent& event : taken.events) {
      EXPECT_EQ(event.position, newest.next());
      newest = event.position;
    }
  }
  [[nodiscard]] bool take_until(const std::function<bool()>& holds) {
    return wait_until([&] {
      take();
      return holds();
    });
  }
  [[nodiscard]] bool finish(std::int64_t epoch, Position done) { return subscription_->checkpoint(0, epoch, done); }

  int lost = 0;
  std::vector<std::int64_t> epochs;
  Position begun_after;
  Position newest;

 private:
  std::unique_ptr<Subscription> subscription_;
};

struct KafkaGroupErrors : ::testing::Test {
  KafkaGroupErrors() {
    options.properties = {
        {"session.timeout.ms", "4500"}, {"heartbeat.interval.ms", "200"}, {"auto.commit.interval.ms", "100"}};
    options.metrics = &metrics;
    broker.emplace(options);
  }
  void publish(std::int64_t events) {
    const auto sink = broker->open_sink();
    for (std::int64_t version = 0; version < events; ++version) {
      RecordedEvent event;
      event.aggregate_id = "cart-1";
      event.type = "Happened";
      event.version = Version{version};
      event.committed_at = system_clock().now();
      event.id = Uuid::v7(event.committed_at);
      event.commit_id = event.id;
      event.payload = "{}";
      (void)sink->send(event);
    }
    for (const SinkReceipt& receipt : sink->close(kNever)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
  }
  [[nodiscard]] Position committed() { return broker->checkpoint("shop.Handler"); }

  /// Of the subscription "shop.Handler".
  [[nodiscard]] double metric(const std::string& name, const std::string& more_labels = {}) const {
    const std::string line = name + "{" + more_labels + "subscription=\"shop.Handler\"} ";
    const std::string text = metrics.prometheus();
    const std::size_t at = text.find(line);
    EXPECT_NE(at, std::string::npos) << line << "is not in\n" << text;
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size()));
  }

  MockKafka mock;
  Metrics metrics;
  KafkaOptions options = mock.topic("Events", 1);
  std::optional<KafkaBroker> broker;
};

TEST_F(KafkaGroupErrors, ACommitThatIsRefusedForNowIsTriedAgain) {
  publish(10);
  Member member{*broker};
  ASSERT_TRUE(member.take_until([&] { return member.newest == Position{10}; }));
  Position done;
  for (const auto error : {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                           RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}) {
    SCOPED_TRACE(rd_kafka_err2name(error));
    mock.answer_next(MockKafka::kOffsetCommit, {error, error});
    done = Position{done.value() + 2};
    EXPECT_TRUE(member.finish(member.epochs.back(), done));
    EXPECT_TRUE(member.take_until([&] {
      // It may go back for a moment: librdkafka repeats a commit that was refused, also behind a later one.
      const Position now = committed();
      EXPECT_LE(now, done);
      return now == done;
    }));
  }
  EXPECT_EQ(member.lost, 0);
  EXPECT_EQ(member.epochs.size(), 1U) << "the partition stayed";
}

TEST_F(KafkaGroupErrors, ACommitOfAnOlderGenerationLosesNothing) {
  publish(10);
  Member member{*broker};
  ASSERT_TRUE(member.take_until([&] { return member.newest == Position{10}; }));
  mock.answer_next(MockKafka::kOffsetCommit, {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION});
  EXPECT_TRUE(member.finish(member.epochs.back(), Position{4}));
  // Whether librdkafka keeps the partition or gets it anew: the checkpoint is committed, or events come again.
  EXPECT_TRUE(member.take_until([&] {
    const Position now = committed();
    EXPECT_LE(now, Position{4});
    return now == Position{4} || (member.epochs.size() > 1 && member.newest == Position{10});
  }));
  EXPECT_LE(member.begun_after, Position{4});
  EXPECT_TRUE(member.finish(member.epochs.back(), Position{10}));
  EXPECT_TRUE(member.take_until([&] { return committed() == Position{10}; }));
  EXPECT_GE(metric("leftfold_kafka_commits_refused_total"), 1);
  std::cout << member.lost << " lost, " << member.epochs.size() << " assignments" << std::endl;
}

TEST_F(KafkaGroupErrors, AMemberThatIsForgottenIsFencedAndBeginsAfterWhatWasCommitted) {
  publish(10);
  Member member{*broker};
  ASSERT_TRUE(member.take_until([&] { return member.newest == Position{10}; }));
  const std::int64_t first = member.epochs.back();
  EXPECT_TRUE(member.finish(first, Position{3}));
  ASSERT_TRUE(member.take_until([&] { return committed() == Position{3}; }));
  mock.answer_next(MockKafka::kHeartbeat, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID});
  ASSERT_TRUE(member.take_until([&] { return member.lost == 1; }));
  EXPECT_FALSE(member.finish(first, Position{7})) << "another member may have it";
  ASSERT_TRUE(member.take_until([&] { return member.epochs.size() == 2; }));
  EXPECT_GT(member.epochs.back(), first);
  EXPECT_EQ(member.begun_after, Position{3});
  EXPECT_FALSE(member.finish(first, Position{7})) << "the assignment is another one";
  ASSERT_TRUE(member.take_until([&] { return member.newest == Position{10}; }));
  EXPECT_TRUE(member.finish(member.epochs.back(), Position{10}));
  EXPECT_TRUE(member.take_until([&] { return committed() == Position{10}; }));
  EXPECT_EQ(metric("leftfold_kafka_rebalances_total", "outcome=\"assigned\","), 2);
  EXPECT_EQ(metric("leftfold_kafka_rebalances_total", "outcome=\"lost\","), 1);
  EXPECT_EQ(metric("leftfold_kafka_rebalances_total", "outcome=\"revoked\","), 0);
  EXPECT_EQ(metric("leftfold_kafka_received_events_total"), 17) << "4 to 10 came again";
}

// The first call waits until it is let go; never are two running.
class Waits : public Listener<HappenedEvents> {
 public:
  void on(const Happened&, const EventMetadata& meta) const {
    std::unique_lock lock{mutex_};
    EXPECT_EQ(running_++, 0);
    calls_.push_back(meta.version.value());
    changed_.wait(lock, [this] { return let_go_; });
    --running_;
  }
  void let_go() {
    const std::scoped_lock lock{mutex_};
    let_go_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::int64_t> calls() const {
    const std::scoped_lock lock{mutex_};
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int running_ = 0;
  mutable std::vector<std::int64_t> calls_;
  bool let_go_ = false;
};

TEST_F(KafkaGroupErrors, AHandlerThatOutlivesItsAssignmentIsFencedAndItsEventComesAgain) {
  publish(2);
  Waits waits;
  RunnerOptions runner_options;
  runner_options.group = "shop";
  runner_options.metrics = &metrics;
  Runner runner{*broker, runner_options};
  runner.add(waits, {.name = "Handler"});
  Running running = runner.start();
  const std::unique_ptr<Waits, void (*)(Waits*)> let_go{&waits, [](Waits* held) { held->let_go(); }};  // should it fail
  ASSERT_TRUE(wait_until([&] { return waits.calls().size() == 1; }));
  mock.answer_next(MockKafka::kHeartbeat, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID});
  ASSERT_TRUE(wait_until([&] { return runner.status().front().state == "waiting"; }));
  waits.let_go();
  ASSERT_TRUE(wait_until([&] { return waits.calls().size() == 3; }));
  ASSERT_TRUE(wait_until([&] { return committed() == Position{2}; }));
  running.finish();
  EXPECT_EQ(waits.calls(), (std::vector<std::int64_t>{0, 0, 1}));
  const std::string text = metrics.prometheus();
  EXPECT_NE(text.find("leftfold_handler_fenced_total{handler=\"Handler\"} 1\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace leftfold::test_kafka
