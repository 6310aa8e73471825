// SPDX-License-Identifier: Apache-2.0
// One burst of appends on one engine: bench/run append runs it in turn with the others.
//   --engine leftfold|raw|fdatasync --file F --threads N --batch N --in-flight N (0: waits for each) --seconds S
//   --warm-up S --streams N (of each thread) --checkpoint-pages N
#include <deque>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>

#include "raw_log.h"
#include "support/arguments.h"
#include "support/burst.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kRawFileBytes = std::size_t{512} << 20;

struct Load {
  std::size_t threads, batch, in_flight, streams;
  double warm_up, seconds;
};

template <class Engine>
void write_waiting(Engine& engine, const Load& load, StreamSet& streams, Worker& me) {
  while (!me.is_over()) {
    const AppendRequest request = streams.next_request(load.batch);
    me.timed(load.batch, [&] { require_appended(engine.append(request)); });
  }
}

template <class Engine>
void write_in_flight(Engine& engine, const Load& load, StreamSet& streams, Worker& me) {
  std::deque<std::future<AppendResult>> open;
  const auto finish_one = [&] {
    require_appended(open.front().get());
    open.pop_front();
    me.did(load.batch);
  };
  while (!me.is_over()) {
    open.push_back(engine.append_async(streams.next_request(load.batch)));
    if (open.size() >= load.in_flight) finish_one();
  }
  while (!open.empty()) finish_one();
}

template <class Engine>
void write(Engine& engine, const Load& load) {
  std::vector<WorkerBody> bodies;
  for (std::size_t i = 0; i < load.threads; ++i) {
    bodies.emplace_back([&engine, &load, streams = StreamSet{i + 1, load.streams}](Worker& me) mutable {
      if (load.in_flight == 0) write_waiting(engine, load, streams, me);
      else write_in_flight(engine, load, streams, me);
    });
  }
  const BurstFigures figures = run_burst(bodies, load.warm_up, load.seconds);
  print_figures({{"events_per_s", figures.units_per_s},
                 {"cpu_us_per_event", figures.cpu_us_per_unit},
                 {"p50_us", figures.p50_us},
                 {"p99_us", figures.p99_us}});
}

void run(const Arguments& arguments) {
  const std::string engine = arguments.text("engine", "leftfold");
  const std::string file = arguments.text("file", "bench_append.db");
  const Load load{arguments.count("threads", 1),    arguments.count("batch", 1),       arguments.count("in-flight", 0),
                  arguments.count("streams", 1000), arguments.seconds("warm-up", 0.3), arguments.seconds("seconds", 1)};
  if (engine == "raw") {
    RawLog log{file, kRawFileBytes};
    write(log, load);
  } else if (engine == "fdatasync") {
    print_figures({{"events_per_s", measure_fdatasync_rate(file, load.seconds)}});
  } else if (engine == "leftfold") {
    SqliteOptions options;
    options.file = file;
    options.wal_autocheckpoint_pages = static_cast<int>(arguments.count("checkpoint-pages", 1000));
    SqliteStore store{options};
    write(store, load);
  } else {
    throw std::invalid_argument{"--engine " + engine + ": one of leftfold, raw, fdatasync"};
  }
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
