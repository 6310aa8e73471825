// One burst of appends on one engine: bench/run append runs it in turn with the others.
//   --engine leftfold|raw|fdatasync --file F --threads N --batch N --in-flight N (0: waits for each) --seconds S
//   --warm-up S --streams N (of each thread) --checkpoint-pages N
#include <atomic>
#include <barrier>
#include <deque>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/sqlite.h>

#include "raw_log.h"
#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kRawFileBytes = std::size_t{512} << 20;

enum class Phase { warm_up, measure, over };

struct alignas(64) Writer {  // a cache line each: the counters are written at every append
  std::atomic<std::uint64_t> events{0};
  std::vector<double> latencies_us;
};

struct Load {
  std::size_t threads, batch, in_flight, streams;
  double warm_up, seconds;
};

template <class Engine>
void write_waiting(Engine& engine, const Load& load, StreamSet& streams, const std::atomic<Phase>& phase, Writer& me) {
  for (Phase now = phase; now != Phase::over; now = phase) {
    const AppendRequest request = streams.next_request(load.batch);
    const auto begin = SteadyClock::now();
    require_appended(engine.append(request));
    if (now == Phase::measure) {
      me.latencies_us.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
    }
    me.events.fetch_add(load.batch, std::memory_order_relaxed);
  }
}

template <class Engine>
void write_in_flight(Engine& engine, const Load& load, StreamSet& streams, const std::atomic<Phase>& phase,
                     Writer& me) {
  std::deque<std::future<AppendResult>> open;
  const auto finish_one = [&] {
    require_appended(open.front().get());
    open.pop_front();
    me.events.fetch_add(load.batch, std::memory_order_relaxed);
  };
  while (phase != Phase::over) {
    open.push_back(engine.append_async(streams.next_request(load.batch)));
    if (open.size() >= load.in_flight) finish_one();
  }
  while (!open.empty()) finish_one();
}

template <class Engine>
void run_burst(Engine& engine, const Load& load) {
  std::vector<std::unique_ptr<Writer>> writers;
  std::atomic<Phase> phase{Phase::warm_up};
  std::barrier ready{static_cast<std::ptrdiff_t>(load.threads + 1)};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < load.threads; ++i) {
    Writer& me = *writers.emplace_back(std::make_unique<Writer>());
    threads.emplace_back([&engine, &load, &phase, &ready, &me, i] {
      StreamSet streams{i + 1, load.streams};
      ready.arrive_and_wait();
      if (load.in_flight == 0) write_waiting(engine, load, streams, phase, me);
      else write_in_flight(engine, load, streams, phase, me);
    });
  }
  const auto stored = [&writers] {
    std::uint64_t sum = 0;
    for (const auto& writer : writers) sum += writer->events.load(std::memory_order_relaxed);
    return sum;
  };
  ready.arrive_and_wait();
  std::this_thread::sleep_for(std::chrono::duration<double>{load.warm_up});
  const auto begin = SteadyClock::now();
  const std::uint64_t before = stored();
  const double cpu_before = process_cpu_seconds();
  phase = Phase::measure;
  std::this_thread::sleep_for(std::chrono::duration<double>{load.seconds});
  const double cpu = process_cpu_seconds() - cpu_before;
  const auto events = static_cast<double>(stored() - before);
  const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  phase = Phase::over;
  threads.clear();

  std::vector<double> latencies;
  for (const auto& writer : writers) {
    latencies.insert(latencies.end(), writer->latencies_us.begin(), writer->latencies_us.end());
  }
  print_figures({{"events_per_s", events / elapsed},
                 {"cpu_us_per_event", cpu * 1e6 / events},
                 {"p50_us", quantile(latencies, 0.5)},
                 {"p99_us", quantile(latencies, 0.99)}});
}

void run(const Arguments& arguments) {
  const std::string engine = arguments.text("engine", "leftfold");
  const std::string file = arguments.text("file", "bench_append.db");
  const Load load{arguments.count("threads", 1),    arguments.count("batch", 1),       arguments.count("in-flight", 0),
                  arguments.count("streams", 1000), arguments.seconds("warm-up", 0.3), arguments.seconds("seconds", 1)};
  if (engine == "raw") {
    RawLog log{file, kRawFileBytes};
    run_burst(log, load);
  } else if (engine == "fdatasync") {
    print_figures({{"events_per_s", measure_fdatasync_rate(file, load.seconds)}});
  } else if (engine == "leftfold") {
    SqliteOptions options;
    options.file = file;
    options.wal_autocheckpoint_pages = static_cast<int>(arguments.count("checkpoint-pages", 1000));
    SqliteStore store{options};
    run_burst(store, load);
  } else {
    throw std::invalid_argument{"--engine " + engine + ": one of leftfold, raw, fdatasync"};
  }
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
