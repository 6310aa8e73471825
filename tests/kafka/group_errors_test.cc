// SPDX-License-Identifier: Apache-2.0
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

#include <leftfold/error.h>
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
  const Instant deadline = system_clock().instant() + seconds{120};
  while (!holds()) {
    if (system_clock().instant() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds{10});
  }
  return true;
}

/// What it returns, or {} when the cluster did not answer in time: on a machine that stood still, so ask again.
template <class Ask>
auto unless_unavailable(const Ask& ask) -> decltype(ask()) {
  try {
    return ask();
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable) throw;
    return {};
  }
}

/// One member of a group, which takes what comes and remembers it.
class Member {
 public:
  explicit Member(KafkaBroker& broker) : subscription_{broker.subscribe({"shop.Handler"})} {}

  void take() {
    const Taken taken = unless_unavailable(
        [this] { return subscription_->take(100, {}, system_clock().instant() + milliseconds{20}); });
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
      ++received;
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
  int received = 0;
  std::vector<std::int64_t> epochs;
  Position begun_after;
  Position newest;

 private:
  std::unique_ptr<Subscription> subscription_;
};

struct KafkaGroupErrors : ::testing::Test {
  KafkaGroupErrors() {
    options.metrics = &metrics;
    open(seconds{6}, seconds{10});
  }
  /// The mock cluster of librdkafka 2.0.2 answers whoever joins a group that has members one second before it would
  /// forget them; and whom it forgets while they wait, because the machine stood still, it never answers. A member asks
  /// again after max.poll.interval.ms and three seconds, which are five minutes unless they are shortened.
  void open(milliseconds session_timeout, milliseconds max_poll_interval) {
    options.properties = {{"session.timeout.ms", std::to_string(session_timeout.count())},
                          {"max.poll.interval.ms", std::to_string(max_poll_interval.count())},
                          {"heartbeat.interval.ms", "200"},
                          {"auto.commit.interval.ms", "100"}};
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
  [[nodiscard]] Position committed() {
    return unless_unavailable([this] { return broker->checkpoint("shop.Handler"); });
  }

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

TEST_F(KafkaGroupErrors, PartitionsThatABrokerDoesNotKnowYetAreAskedForAgain) {
  publish(5);
  mock.answer_next(MockKafka::kListOffsets,
                   std::vector<rd_kafka_resp_err_t>(40, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART));
  Member member{*broker};
  EXPECT_TRUE(member.take_until([&] { return member.received == 5; }));
  mock.answer_as_usual(MockKafka::kListOffsets);
}

TEST_F(KafkaGroupErrors, ACommitThatIsRefusedForNowIsTriedAgain) {
  open(seconds{60}, seconds{60});  // or a slow machine could be why the partition went
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
  // At least: a machine that stood still longer than the session loses the partition once more.
  ASSERT_TRUE(member.take_until([&] { return member.lost >= 1; }));
  EXPECT_FALSE(member.finish(first, Position{7})) << "another member may have it";
  ASSERT_TRUE(member.take_until([&] { return member.epochs.size() >= 2; }));
  EXPECT_GT(member.epochs.back(), first);
  EXPECT_EQ(member.begun_after, Position{3});
  EXPECT_FALSE(member.finish(first, Position{7})) << "the assignment is another one";
  ASSERT_TRUE(member.take_until([&] { return member.newest == Position{10}; }));
  EXPECT_EQ(member.begun_after, Position{3});
  EXPECT_TRUE(member.take_until([&] {
    if (member.newest == Position{10}) static_cast<void>(member.finish(member.epochs.back(), Position{10}));
    return committed() == Position{10};
  }));
  EXPECT_EQ(metric("leftfold_kafka_rebalances_total", "outcome=\"assigned\","), member.epochs.size());
  EXPECT_EQ(metric("leftfold_kafka_rebalances_total", "outcome=\"lost\","), member.lost);
  EXPECT_EQ(metric("leftfold_kafka_rebalances_total", "outcome=\"revoked\","), 0);
  EXPECT_EQ(metric("leftfold_kafka_received_events_total"), member.received);
  EXPECT_GE(member.received, 17) << "4 to 10 came again";
  std::cout << member.lost << " lost, " << member.epochs.size() << " assignments" << std::endl;
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
  const auto rebalances = [&](const std::string& outcome) {
    return metric("leftfold_kafka_rebalances_total", "outcome=\"" + outcome + "\",");
  };
  mock.answer_next(MockKafka::kHeartbeat, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID});
  // It waits until it gets the partition again, which it may have done already.
  ASSERT_TRUE(wait_until([&] {
    return rebalances("lost") >= 1 && (runner.status().front().state == "waiting" || rebalances("assigned") >= 2);
  }));
  waits.let_go();
  ASSERT_TRUE(wait_until([&] { return committed() == Position{2}; }));
  running.finish();
  const std::vector<std::int64_t> calls = waits.calls();
  ASSERT_GE(calls.size(), 3U);
  EXPECT_EQ(calls[0], 0);
  EXPECT_EQ(calls[1], 0) << "it comes again";
  EXPECT_EQ(calls.back(), 1);
  const std::string text = metrics.prometheus();
  const std::string fenced = "leftfold_handler_fenced_total{handler=\"Handler\"} ";
  ASSERT_NE(text.find(fenced), std::string::npos) << text;
  EXPECT_EQ(text.find(fenced + "0\n"), std::string::npos) << text;
  if (rebalances("lost") > 1) return;  // the machine stood still longer than the session: more came again
  EXPECT_EQ(calls.size(), 3U);
  EXPECT_NE(text.find(fenced + "1\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace leftfold::test_kafka
