// SPDX-License-Identifier: Apache-2.0
// An App whose broker is Kafka by its settings alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/kafka.h>
#include <leftfold/memory.h>

#include "kafka/service.h"
#include "support/code_of.h"
#include "support/temporary_folder.h"

namespace leftfold::test_kafka {
namespace {

using test_support::code_of;

constexpr std::chrono::seconds kLong{60};

struct TicketOpened {
  int number = 0;
};
using TicketEvents = Events<TicketOpened>;
struct TicketState {
  void apply(const TicketOpened&) {}
};
class Ticket : public AggregateRoot<TicketState, TicketEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void open(int number) { create_event(TicketOpened{number}); }
};

// Notes what comes. After close() calls stay inside until open().
class Notes {
 public:
  void add(int number) {
    std::unique_lock lock{mutex_};
    numbers_.push_back(number);
    most_ = std::max(most_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --inside_;
    changed_.notify_all();
  }
  void close() {
    const std::scoped_lock lock{mutex_};
    open_ = false;
  }
  void open() {
    const std::scoped_lock lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, kLong, [&] { return numbers_.size() >= count; });
  }
  [[nodiscard]] std::vector<int> sorted() const {
    const std::scoped_lock lock{mutex_};
    std::vector<int> numbers = numbers_;
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  [[nodiscard]] int most_inside() const {
    const std::scoped_lock lock{mutex_};
    return most_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> numbers_;
  bool open_ = true;
  int inside_ = 0;
  int most_ = 0;
};

struct Watch : Listener<TicketEvents> {
  explicit Watch(Notes& n) : notes{n} {}
  void on(const TicketOpened& e) const { notes.add(e.number); }
  Notes& notes;
};
struct Refuse : Listener<TicketEvents> {
  void on(const TicketOpened&) { throw std::runtime_error{"never"}; }
};
struct Tickets : Projector<TicketEvents> {
  explicit Tickets(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS tickets");
    db.execute("CREATE TABLE tickets(number INTEGER)");
  }
  void on(const TicketOpened& e) { db.execute("INSERT INTO tickets VALUES(?)", e.number); }
  SqliteReadModel& db;
};

class KafkaApp : public testing::Test {
 protected:
  // Tickets of these numbers, each an aggregate of its own.
  void publish(const std::vector<int>& numbers) {
    MemoryStore store;
    Repository<Ticket> tickets{store};
    for (const int number : numbers) {
      tickets.execute("t-" + std::to_string(number), [&](Ticket& ticket) { ticket.open(number); });
    }
    KafkaBroker broker{topic.options()};
    const auto sink = broker.open_sink();
    const EventPage page = store.read_all(Position::start(), numbers.size());
    for (const RecordedEvent& event : page) ASSERT_NE(sink->send(event), 0U);
    for (const SinkReceipt& receipt : sink->close(system_clock().instant() + kLong)) {
      ASSERT_TRUE(receipt.acknowledged) << receipt.why;
    }
  }

  [[nodiscard]] Settings::Environment with(Settings::Environment more) const {
    Settings::Environment variables{{"LEFTFOLD_STORE", "sqlite:" + (folder.path() / "desk.db").string()},
                                    {"LEFTFOLD_BROKER", "kafka:"},
                                    {"LEFTFOLD_LOG_LEVEL", "warn"},
                                    {"LEFTFOLD_CONFIG", ""},
                                    {"KAFKA_GROUP_ID", topic.options().topic},
                                    {"KAFKA_BROKERS", topic.options().brokers},
                                    {"KAFKA_EVENTS_TOPIC", topic.options().topic}};
    for (auto& [name, value] : more) variables[name] = value;
    return variables;
  }

  // Until every handler has its partitions.
  static void wait_until_running(App& app) {
    const Instant patience = system_clock().instant() + kLong;
    for (bool running = false; !running;) {
      ASSERT_LT(system_clock().instant(), patience);
      const auto status = app.runner().status();
      running = std::all_of(status.begin(), status.end(), [](const auto& each) { return each.state == "running"; });
      std::this_thread::yield();
    }
  }

  mutable TestTopic topic{3};
  const test_support::TemporaryFolder folder;
};

TEST_F(KafkaApp, handles_what_the_topic_holds_once_a_group_and_counts_it_once_in_its_tables) {
  publish({1, 2, 3, 4, 5});
  for (const std::size_t expected : {5U, 2U}) {
    Notes notes;
    App app{"desk", with({})};
    app.listener<Watch>(notes);
    app.projector<Tickets>(app.read_model());
    {
      const Running running = app.start();
      ASSERT_TRUE(notes.wait_for(expected));
      const Instant patience = system_clock().instant() + kLong;
      const auto counted = [&] { return app.runner().status().at(1).handled; };
      while (counted() < expected && system_clock().instant() < patience) std::this_thread::yield();
    }
    EXPECT_EQ(notes.sorted(), expected == 5 ? (std::vector{1, 2, 3, 4, 5}) : (std::vector{6, 7}));
    EXPECT_EQ(app.read_model().query<int>("SELECT number FROM tickets ORDER BY 1").size(), expected == 5 ? 5U : 7U);
    const std::vector<Progress> progress = app.feed().progress(topic.options().topic + ".Watch");
    ASSERT_EQ(progress.size(), 3U);
    for (const Progress& each : progress) EXPECT_EQ(each.lag(), 0);  // committed at the end
    if (expected == 5) publish({6, 7});
  }
}

TEST_F(KafkaApp, begins_at_the_end_when_told_so) {
  publish({1, 2, 3});
  Notes notes;
  App app{"desk", with({{"KAFKA_OFFSET_RESET", "latest"}})};
  app.listener<Watch>(notes);
  const Running running = app.start();
  ASSERT_NO_FATAL_FAILURE(wait_until_running(app));
  publish({4});
  ASSERT_TRUE(notes.wait_for(1));
  EXPECT_EQ(notes.sorted(), std::vector<int>{4});
}

TEST_F(KafkaApp, never_handles_or_takes_more_than_its_settings_say) {
  std::vector<int> numbers(40);
  for (int i = 0; i < 40; ++i) numbers[static_cast<std::size_t>(i)] = i;
  publish(numbers);
  Notes notes;
  notes.close();
  App app{"desk", with({{"KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "3"}, {"KAFKA_CONSUMER_MAX_QUEUE_SIZE", "5"}})};
  app.listener<Watch>(notes);
  const Running running = app.start();
  const std::unique_ptr<Notes, void (*)(Notes*)> opened{&notes, [](Notes* shut) { shut->open(); }};  // should it fail
  const auto in_flight = [&] { return app.runner().status().front().in_flight; };
  ASSERT_TRUE(notes.wait_for(3));
  const Instant patience = system_clock().instant() + kLong;
  while (in_flight() < 5 && system_clock().instant() < patience) std::this_thread::yield();
  EXPECT_EQ(in_flight(), 5U);
  EXPECT_EQ(notes.sorted().size(), 3U);
  notes.open();
  ASSERT_TRUE(notes.wait_for(40));
  EXPECT_EQ(notes.most_inside(), 3);
}

TEST_F(KafkaApp, parks_what_it_cannot_handle_beside_its_tables) {
  publish({1, 2, 3});
  const std::string subscription = topic.options().topic + ".Refuse";
  DeadLetterFilter all;
  all.subscription = subscription;
  {
    App app{"desk", with({{"LEFTFOLD_RETRY_MAX_ATTEMPTS", "1"},
                          {"LEFTFOLD_BREAKER_ENABLED", "false"},
                          {"LEFTFOLD_OUTAGE_RATIO", "1"}})};
    app.listener<Refuse>();
    const Running running = app.start();
    const Instant patience = system_clock().instant() + kLong;
    while (app.dead_letters().count(all).letters < 3 && system_clock().instant() < patience) std::this_thread::yield();
    EXPECT_EQ(app.runner().status().front().state, "running");
  }
  App again{"desk", with({})};
  EXPECT_EQ(again.dead_letters().count(all).letters, 3U);
  for (const Progress& each : again.feed().progress(subscription)) EXPECT_EQ(each.lag(), 0);
}

TEST_F(KafkaApp, stops_at_what_it_cannot_handle_when_letters_would_not_outlive_it) {
  publish({1});
  App app{"desk", with({{"LEFTFOLD_STORE", "memory:"}, {"LEFTFOLD_RETRY_MAX_ATTEMPTS", "1"}})};
  app.listener<Refuse>();
  EXPECT_THROW(app.run({}), HandlerFailed);
  for (const Progress& each : app.feed().progress(topic.options().topic + ".Refuse")) {
    EXPECT_EQ(each.done.value_or(each.begin), each.begin) << "it comes again";
  }
}

TEST_F(KafkaApp, says_what_is_missing) {
  std::string what;
  const std::string name = topic.options().topic + "-missing";
  App app{"desk", with({{"KAFKA_EVENTS_TOPIC", name}, {"KAFKA_AUTO_CREATE_TOPICS", "false"}})};
  app.listener<Refuse>();
  EXPECT_EQ(code_of([&] { (void)app.runner(); }, &what), Errc::not_found);
  EXPECT_NE(what.find(name), std::string::npos) << what;
  EXPECT_NE(what.find("KAFKA_AUTO_CREATE_TOPICS"), std::string::npos) << what;
}

}  // namespace
}  // namespace leftfold::test_kafka
