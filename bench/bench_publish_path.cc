// SPDX-License-Identifier: Apache-2.0
// From a DynamoDB table's stream to Kafka, by a Publisher: bench/run publisher.
//   --endpoint URL --table T --brokers A --topic T --partitions N (12)
//   --op backlog --events N       N events lie in the stream; events acknowledged a second
//   --op delay --rate N --warm-up S --seconds S     from the end of append() to Kafka's acknowledgement, steady pace
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/kafka.h>
#include <leftfold/publisher.h>

#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::uint64_t kFamily = 17;
constexpr std::size_t kAggregates = 100;
constexpr std::chrono::seconds kPatience{120};

using Place = std::pair<std::string, std::int64_t>;  // aggregate and version
using Times = std::map<Place, SteadyClock::time_point>;

/// When each event was acknowledged for the first time. Any thread.
class Acknowledged {
 public:
  void add(Place place, SteadyClock::time_point when) {
    const std::scoped_lock lock{mutex_};
    times_.emplace(std::move(place), when);
  }
  [[nodiscard]] std::size_t count() const {
    const std::scoped_lock lock{mutex_};
    return times_.size();
  }
  [[nodiscard]] Times times() const {
    const std::scoped_lock lock{mutex_};
    return times_;
  }
  void wait_for(std::size_t events) const {
    const auto begin = SteadyClock::now();
    while (count() < events) {
      if (SteadyClock::now() - begin > kPatience) throw std::runtime_error{"not every event was acknowledged"};
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }

 private:
  mutable std::mutex mutex_;
  Times times_;
};

/// The sink it is given, with a look at its receipts.
class WatchedSink final : public EventSink {
 public:
  WatchedSink(std::unique_ptr<EventSink> sink, Acknowledged& acknowledged)
      : sink_{std::move(sink)}, acknowledged_{&acknowledged} {}
  std::uint64_t send(const RecordedEvent& event) override {
    const std::uint64_t ticket = sink_->send(event);
    if (ticket != 0) open_.emplace(ticket, Place{event.aggregate_id, event.version.value()});
    return ticket;
  }
  std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override {
    return seen(sink_->receipts(stop, deadline));
  }
  void wake() noexcept override { sink_->wake(); }
  std::size_t on_the_way() const override { return sink_->on_the_way(); }
  std::vector<SinkReceipt> close(Instant deadline) override { return seen(sink_->close(deadline)); }

 private:
  std::vector<SinkReceipt> seen(std::vector<SinkReceipt> receipts) {
    const auto now = SteadyClock::now();
    for (const SinkReceipt& receipt : receipts) {
      const auto sent = open_.extract(receipt.ticket);
      if (receipt.acknowledged && !sent.empty()) acknowledged_->add(sent.mapped(), now);
    }
    return receipts;
  }

  std::unique_ptr<EventSink> sink_;
  Acknowledged* acknowledged_;
  std::unordered_map<std::uint64_t, Place> open_;
};

struct World {
  explicit World(const Arguments& arguments)
      : store{store_options(arguments)}, broker{kafka_options(arguments)}, like{make_event(kFamily, 0)} {
    for (std::size_t i = 0; i < kAggregates; ++i) names.push_back(stream_name(kFamily, i));
  }

  static DynamoDbOptions store_options(const Arguments& arguments) {
    DynamoDbOptions options;
    options.endpoint_url = arguments.text("endpoint", "http://localhost:8000");
    // A table of its own, which has no cursors yet.
    options.events_table = arguments.text("table", "leftfold-bench") + "-" + Uuid::v7(system_clock().now()).to_string();
    options.region = "us-east-1";
    options.keys = DynamoDbKeys{"test", "test", ""};
    return options;
  }
  static KafkaOptions kafka_options(const Arguments& arguments) {
    KafkaOptions options;
    options.brokers = arguments.text("brokers", "localhost:9092");
    options.topic = arguments.text("topic", "leftfold-bench");
    options.partitions = static_cast<int>(arguments.count("partitions", 12));
    return options;
  }

  /// Stores the next event of the aggregates in turn.
  void append() {
    const std::string& name = names[stored % names.size()];
    const auto version = static_cast<std::int64_t>(stored / names.size());
    NewEvent event = like;
    event.id = Uuid::v7(system_clock().now());
    if (!std::holds_alternative<Appended>(store.append({name, Version{version - 1}, {std::move(event)}, {}}))) {
      throw std::runtime_error{"somebody else writes " + name};
    }
    times.emplace(Place{name, version}, SteadyClock::now());
    ++stored;
  }

  DynamoDbStore store;
  KafkaBroker broker;
  const NewEvent like;
  std::vector<std::string> names;
  std::size_t stored = 0;
  Times times;
  Acknowledged acknowledged;
};

std::jthread start(Publisher& publisher) {
  return std::jthread{[&publisher](const std::stop_token& stop) { publisher.run(stop); }};
}

void backlog(World& world, const Arguments& arguments) {
  const std::size_t events = arguments.count("events", 5'000);
  while (world.stored < events) world.append();
  Publisher publisher{world.store.published(),
                      [&world] { return std::make_unique<WatchedSink>(world.broker.open_sink(), world.acknowledged); }};
  const double cpu = process_cpu_seconds();
  const std::jthread running = start(publisher);
  world.acknowledged.wait_for(1);  // leases and connections are no part of the measurement
  const std::size_t before = world.acknowledged.count();
  const auto begin = SteadyClock::now();
  world.acknowledged.wait_for(events);
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  print_figures({{"events_per_s", static_cast<double>(events - before) / seconds},
                 {"cpu_us_per_event", (process_cpu_seconds() - cpu) * 1e6 / static_cast<double>(events)}});
}

void delay(World& world, const Arguments& arguments) {
  const double rate = arguments.seconds("rate", 100);
  const auto warm_up = static_cast<std::size_t>(arguments.seconds("warm-up", 1) * rate);
  const auto events = warm_up + static_cast<std::size_t>(arguments.seconds("seconds", 3) * rate);
  Publisher publisher{world.store.published(),
                      [&world] { return std::make_unique<WatchedSink>(world.broker.open_sink(), world.acknowledged); }};
  const std::jthread running = start(publisher);
  world.append();
  world.acknowledged.wait_for(1);
  const auto begin = SteadyClock::now();
  while (world.stored < events) {  // each is due when its time comes, however long the one before took
    const std::chrono::duration<double> due{static_cast<double>(world.stored) / rate};
    std::this_thread::sleep_until(begin + std::chrono::duration_cast<SteadyClock::duration>(due));
    world.append();
  }
  const double took = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  world.acknowledged.wait_for(events);
  std::vector<double> milliseconds;
  for (const auto& [place, when] : world.acknowledged.times()) {
    const auto stored = world.times.at(place);
    if (stored - begin < std::chrono::duration<double>{static_cast<double>(warm_up) / rate}) continue;
    milliseconds.push_back(std::chrono::duration<double, std::milli>(when - stored).count());
  }
  print_figures({{"p50_ms", quantile(milliseconds, 0.5)},
                 {"p99_ms", quantile(milliseconds, 0.99)},
                 {"events", static_cast<double>(milliseconds.size())},
                 {"rate", static_cast<double>(events) / took}});
}

void run(const Arguments& arguments) {
  World world{arguments};
  const std::string op = arguments.text("op", "backlog");
  if (op == "backlog") return backlog(world, arguments);
  if (op == "delay") return delay(world, arguments);
  throw std::invalid_argument{"--op is backlog or delay"};
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
