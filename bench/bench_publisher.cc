// SPDX-License-Identifier: Apache-2.0
// The Resequencer, fed from memory: bench/run publisher.
//   --sink none|memory|kafka --events N --aggregates N    events acknowledged a second, cursors stored each 100,000
//     none: a sink that acknowledges and keeps nothing; it also shows what the process takes at a tenth and at the end
//     kafka: --brokers A --topic T --partitions N
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/kafka.h>
#include <leftfold/memory.h>
#include <leftfold/memory_cursor_store.h>
#include <leftfold/memory_event_sink.h>

#include "runtime/resequencer.h"
#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

using runtime::ChangeLane;
using runtime::Resequencer;

constexpr std::uint64_t kFamily = 13;
constexpr std::size_t kPageEvents = 1'000;          // as many as one read of a shard brings
const std::string kSequence = "49590338271490256";  // DynamoDB's have 21 digits or more
constexpr std::size_t kStoreEvery = 100'000;

/// Acknowledges everything and keeps nothing, so that the core alone is measured.
class ForgetfulSink final : public EventSink {
 public:
  std::uint64_t send(const RecordedEvent& event) override {
    if (due_.size() >= kRoom) return 0;
    bytes_ += event.payload.size();
    due_.push_back({++tickets_, true, 0, Position{static_cast<std::int64_t>(tickets_)}, {}});
    return tickets_;
  }
  std::vector<SinkReceipt> receipts(const std::stop_token&, Instant) override { return std::exchange(due_, {}); }
  void wake() noexcept override {}
  std::size_t on_the_way() const override { return due_.size(); }
  std::vector<SinkReceipt> close(Instant) override { return std::exchange(due_, {}); }

 private:
  static constexpr std::size_t kRoom = 10'000;
  std::vector<SinkReceipt> due_;
  std::uint64_t tickets_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Pages as a shard brings them: the next event of one aggregate after the other.
class Pages {
 public:
  explicit Pages(std::size_t aggregates) : like_{make_event(kFamily, 0)} {
    for (std::size_t i = 0; i < aggregates; ++i) names_.push_back(stream_name(kFamily, i));
  }

  ChangePage next() {
    ChangePage page;
    page.changes.reserve(kPageEvents);
    page.events.reserve(kPageEvents, kPageEvents * (like_.payload.size() + like_.metadata.size() + 80));
    for (std::size_t i = 0; i < kPageEvents; ++i, ++serial_) {
      RecordedEvent event;
      event.version = Version{static_cast<std::int64_t>(serial_ / names_.size())};
      event.committed_at = now_;
      std::array<std::uint8_t, 16> id{};
      for (std::size_t byte = 0; byte < 8; ++byte) id[15 - byte] = static_cast<std::uint8_t>(serial_ >> (8 * byte));
      event.id = event.commit_id = Uuid{id};
      event.aggregate_id = names_[serial_ % names_.size()];
      event.type = like_.type;
      event.payload = like_.payload;
      event.metadata = like_.metadata;
      page.events.add(event);
      page.changes.push_back({kSequence + std::to_string(1'000'000'000 + serial_), i, 1, {}});
    }
    return page;
  }

 private:
  const NewEvent like_;
  const Timestamp now_ = system_clock().now();
  std::vector<std::string> names_;
  std::uint64_t serial_ = 0;
};

double resident_mb() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  throw std::runtime_error{"/proc/self/status has no VmRSS"};
}

struct Target {
  std::unique_ptr<MemoryTopic> topic;
  std::unique_ptr<KafkaBroker> broker;
  std::unique_ptr<EventSink> sink;
};

Target open(const Arguments& arguments) {
  Target target;
  const std::string kind = arguments.text("sink", "none");
  if (kind == "none") {
    target.sink = std::make_unique<ForgetfulSink>();
  } else if (kind == "memory") {
    target.topic = std::make_unique<MemoryTopic>(12);
    MemoryEventSinkOptions options;
    options.room = 10'000;
    target.sink = std::make_unique<MemoryEventSink>(*target.topic, options);
  } else if (kind == "kafka") {
    KafkaOptions options;
    options.brokers = arguments.text("brokers", "localhost:9092");
    options.topic = arguments.text("topic", "leftfold-bench");
    options.partitions = static_cast<int>(arguments.count("partitions", 12));
    target.broker = std::make_unique<KafkaBroker>(options);
    target.sink = target.broker->open_sink();
  } else {
    throw std::invalid_argument{"--sink is none, memory or kafka"};
  }
  return target;
}

void run(const Arguments& arguments) {
  const std::size_t events = arguments.count("events", 1'000'000);
  Pages pages{arguments.count("aggregates", 1'000)};
  const Target target = open(arguments);
  MemoryStore store;
  MemoryCursorStore cursors;
  Resequencer resequencer{store, cursors, *target.sink, {}};
  ChangeLane& lane = resequencer.open_lane();
  const double cpu = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  double mb_at_a_tenth = 0;
  for (std::size_t sent = 0; sent < events; sent += kPageEvents) {
    if (resequencer.take(lane, pages.next(), {}) != kPageEvents) throw std::runtime_error{"not all were taken"};
    resequencer.settle({}, Instant::min());
    if (sent % kStoreEvery == 0) cursors.advance(resequencer.take_cursors());
    if (mb_at_a_tenth == 0 && sent >= events / 10) mb_at_a_tenth = resident_mb();
  }
  const auto patience = SteadyClock::now() + std::chrono::minutes{1};
  while (lane.open() > 0) {
    if (SteadyClock::now() > patience) throw std::runtime_error{"events are not acknowledged"};
    resequencer.settle({}, system_clock().instant() + std::chrono::seconds{1});
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  const double cpu_us = (process_cpu_seconds() - cpu) * 1e6;
  const auto published = static_cast<double>(resequencer.counts().published);
  if (resequencer.counts().read_back != 0) throw std::runtime_error{"the store was asked"};
  print_figures({{"events_per_s", published / seconds},
                 {"cpu_us_per_event", cpu_us / published},
                 {"tenth_mb", mb_at_a_tenth},
                 {"all_mb", resident_mb()}});
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
