// SPDX-License-Identifier: Apache-2.0
// One burst on a Kafka topic: bench/run kafka runs it in turn with librdkafka's own client and Parallel Consumer.
//   --brokers HOST:PORT --topic T, which is made with --partitions N (12), and
//   --op fill --events N            writes N events, once
//   --op produce --events N         writes N events through an EventSink; events acknowledged a second
//   --op consume --events N         handles all N events of T anew with a Listener that counts them
//   --op slow --handler-ms N --warm-up S --seconds S    the same with a handler that sleeps
//     both: --workers N --in-flight N
//   --op serial --handler-ms N --workers N --seconds S  what N threads that sleep so could do: N times what one does
//   --op latency --rate N --warm-up S --seconds S       from send() to the handler at a steady pace
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/kafka.h>
#include <leftfold/listener.h>
#include <leftfold/runner.h>

#include "kafka_sender.h"
#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kAggregates = 1'000;
constexpr std::chrono::seconds kPatience{60};

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}
void sleep_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>{seconds}); }

KafkaOptions options_of(const Arguments& arguments) {
  KafkaOptions options;
  options.brokers = arguments.text("brokers", "localhost:9092");
  options.topic = arguments.text("topic", "leftfold-bench");
  options.partitions = static_cast<int>(arguments.count("partitions", 12));
  return options;
}

// Asks again for a while: a broker that has just made a partition may say that it does not lead it.
Position head_of(KafkaBroker& broker, std::int32_t partition) {
  const auto begin = SteadyClock::now();
  for (;;) {
    try {
      return broker.head(partition);
    } catch (const Error& error) {
      if (!error.retryable() || SteadyClock::now() - begin > kPatience) throw;
    }
    std::this_thread::sleep_for(milliseconds{100});
  }
}

std::uint64_t events_in(KafkaBroker& broker) {
  std::int64_t events = 0;
  for (std::int32_t partition = 0; partition < broker.partitions(); ++partition) {
    events += head_of(broker, partition).value();
  }
  return static_cast<std::uint64_t>(events);
}

void fill(const Arguments& arguments) {
  KafkaBroker broker{options_of(arguments)};
  const std::size_t events = arguments.count("events", 500'000);
  const std::uint64_t before = events_in(broker);
  if (before != 0 && before != events) throw std::runtime_error{"the topic holds other events; delete it"};
  if (before == 0) {
    const auto sink = broker.open_sink();
    KafkaSender{*sink, kAggregates}.send_all(events);
  }
  print_figures({{"events", static_cast<double>(events_in(broker))}});
}

void produce(const Arguments& arguments) {
  KafkaBroker broker{options_of(arguments)};
  const std::size_t events = arguments.count("events", 300'000);
  const auto sink = broker.open_sink();
  KafkaSender sender{*sink, kAggregates};
  const double cpu = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  sender.send_all(events);
  const double seconds = seconds_since(begin);
  const double cpu_us = (process_cpu_seconds() - cpu) * 1e6;
  print_figures({{"events_per_s", static_cast<double>(events) / seconds},
                 {"cpu_us_per_event", cpu_us / static_cast<double>(events)}});
}

struct CartItemAddedV01 {
  std::string product_id;
  int quantity = 0;
  std::string note;
};
using CartEvents = Events<CartItemAddedV01>;

/// Counts, and knows when it began: joining the group is no part of the measurement.
struct Counts : Listener<CartEvents> {
  explicit Counts(milliseconds sleep) : sleep_{sleep} {}
  void on(const CartItemAddedV01&) const {
    if (sleep_ > milliseconds::zero()) std::this_thread::sleep_for(sleep_);
    handled.fetch_add(1, std::memory_order_relaxed);
  }
  void wait_for(std::uint64_t events) const {
    const auto begin = SteadyClock::now();
    while (handled.load() < events) {
      if (SteadyClock::now() - begin > kPatience) throw std::runtime_error{"the handler did not see every event"};
      std::this_thread::sleep_for(milliseconds{1});
    }
  }
  mutable std::atomic<std::uint64_t> handled{0};

 private:
  const milliseconds sleep_;
};

RunnerOptions runner_options(const Arguments& arguments) {
  RunnerOptions options;
  options.group = "bench-" + Uuid::v7(system_clock().now()).to_string();  // no checkpoint yet
  options.workers = arguments.count("workers", options.workers);
  options.max_in_flight = arguments.count("in-flight", options.max_in_flight);
  return options;
}

void consume(const Arguments& arguments, milliseconds sleep) {
  KafkaBroker broker{options_of(arguments)};
  const std::size_t events = arguments.count("events", 500'000);
  Counts listener{sleep};
  Runner runner{broker, runner_options(arguments)};
  runner.add(listener);
  Running running = runner.start();
  listener.wait_for(1);
  if (sleep > milliseconds::zero()) sleep_seconds(arguments.seconds("warm-up", 0.5));
  const std::uint64_t before = listener.handled;
  const double cpu = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  if (sleep > milliseconds::zero()) sleep_seconds(arguments.seconds("seconds", 1));
  else listener.wait_for(events);
  const auto handled = static_cast<double>(listener.handled - before);
  const double seconds = seconds_since(begin);
  const double cpu_us = (process_cpu_seconds() - cpu) * 1e6;
  running.finish();
  print_figures({{"events_per_s", handled / seconds}, {"cpu_us_per_event", cpu_us / handled}});
}

void serial(const Arguments& arguments) {
  const Counts listener{milliseconds{arguments.count("handler-ms", 5)}};
  const double limit = arguments.seconds("seconds", 1);
  const double cpu = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  while (seconds_since(begin) < limit) listener.on({});
  const auto handled = static_cast<double>(listener.handled);
  const double rate = handled / seconds_since(begin) * static_cast<double>(arguments.count("workers", 10));
  print_figures({{"events_per_s", rate}, {"cpu_us_per_event", (process_cpu_seconds() - cpu) * 1e6 / handled}});
}

struct Tick {
  std::int64_t sent_ns = 0;
  std::string note;
};
using TickEvents = Events<Tick>;

std::int64_t now_ns() { return SteadyClock::now().time_since_epoch().count(); }

struct Arrivals : Listener<TickEvents> {
  void on(const Tick& tick) const {
    if (tick.sent_ns < from_ns) return;
    const double took = static_cast<double>(now_ns() - tick.sent_ns) * 1e-6;
    const std::scoped_lock lock{mutex};
    milliseconds.push_back(took);
  }
  [[nodiscard]] std::size_t count() const {
    const std::scoped_lock lock{mutex};
    return milliseconds.size();
  }
  std::int64_t from_ns = 0;
  mutable std::mutex mutex;
  mutable std::vector<double> milliseconds;
};

// Each event is due when its time comes, however long the one before took.
void send_ticks(KafkaSender& sender, double rate, std::size_t count) {
  const auto begin = SteadyClock::now();
  for (std::size_t i = 0; i < count; ++i) {
    const std::chrono::duration<double> due{static_cast<double>(i) / rate};
    std::this_thread::sleep_until(begin + std::chrono::duration_cast<SteadyClock::duration>(due));
    sender.send("Tick", to_json(Tick{now_ns(), std::string(200, 'x')}));
  }
}

void wait_until_running(const Runner& runner) {
  const auto begin = SteadyClock::now();
  while (runner.status().front().state != "running") {
    if (SteadyClock::now() - begin > kPatience) throw std::runtime_error{"the Runner gets no partition"};
    std::this_thread::sleep_for(milliseconds{5});
  }
}

void latency(const Arguments& arguments) {
  KafkaBroker broker{options_of(arguments)};
  const double rate = arguments.seconds("rate", 200);
  const double warm_up = arguments.seconds("warm-up", 1);
  const double seconds = arguments.seconds("seconds", 3);
  Arrivals listener;
  listener.from_ns = INT64_MAX;
  Runner runner{broker, runner_options(arguments)};
  HandlerOptions own;
  own.start = StartFrom::latest;
  runner.add(listener, own);
  Running running = runner.start();
  wait_until_running(runner);
  const auto sink = broker.open_sink();
  KafkaSender sender{*sink, kAggregates};
  const auto measured = static_cast<std::size_t>(seconds * rate);
  const auto before = static_cast<std::size_t>(warm_up * rate);
  listener.from_ns = now_ns() + static_cast<std::int64_t>(warm_up * 1e9);
  const double cpu = process_cpu_seconds();
  send_ticks(sender, rate, before + measured);
  sender.wait_for_all();
  const auto begin = SteadyClock::now();
  while (listener.count() + 1 < measured) {  // the first one may have been sent just before its time
    if (SteadyClock::now() - begin > kPatience) throw std::runtime_error{"the handler did not see every event"};
    std::this_thread::sleep_for(milliseconds{1});
  }
  const double cpu_us = (process_cpu_seconds() - cpu) * 1e6;
  running.finish();
  print_figures({{"p50_ms", quantile(listener.milliseconds, 0.5)},
                 {"p99_ms", quantile(listener.milliseconds, 0.99)},
                 {"p999_ms", quantile(listener.milliseconds, 0.999)},
                 {"events", static_cast<double>(listener.milliseconds.size())},
                 {"cpu_us_per_event", cpu_us / static_cast<double>(before + measured)}});
}

void run(const Arguments& arguments) {
  const std::string op = arguments.text("op", "consume");
  if (op == "fill") return fill(arguments);
  if (op == "produce") return produce(arguments);
  if (op == "consume") return consume(arguments, milliseconds::zero());
  if (op == "slow") return consume(arguments, milliseconds{arguments.count("handler-ms", 5)});
  if (op == "serial") return serial(arguments);
  if (op == "latency") return latency(arguments);
  throw std::invalid_argument{"--op is fill, produce, consume, slow, serial or latency"};
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
