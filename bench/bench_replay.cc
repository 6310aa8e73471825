// SPDX-License-Identifier: Apache-2.0
// A replay of all of a file that bench_read filled, or its limit, a bare scan of it: bench/run replay.
//   --op scan|replay --projector noop|parallel|sqlite --threads N --file F
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/projector.h>
#include <leftfold/replay.h>
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "support/arguments.h"
#include "support/memory.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kPage = 1'000;  // events a read_all() asks for: as many as a replay

struct CartItemAddedV01 {
  std::string product_id;
  int quantity = 0;
  std::string note;
};
using CartEvents = Events<CartItemAddedV01>;

// Its `on` is not const: one thread, in the store's order.
struct NoOp : Projector<CartEvents> {
  void on(const CartItemAddedV01& e) { sum += e.quantity; }
  void reset() { sum = 0; }
  std::int64_t sum = 0;
};

// One thread a core, by aggregate.
struct InParallel : Projector<CartEvents> {
  void on(const CartItemAddedV01&) const {}
  void reset() {}
};

struct Quantities : Projector<CartEvents> {
  explicit Quantities(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS quantities");
    db.execute("CREATE TABLE quantities(cart TEXT PRIMARY KEY, quantity INTEGER NOT NULL) WITHOUT ROWID");
  }
  void on(const CartItemAddedV01& e, const EventMetadata& meta) {
    db.execute("INSERT INTO quantities VALUES(?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
               meta.aggregate_id, e.quantity);
  }
  SqliteReadModel& db;
};

// The peak of what the process has to itself.
class PeakMemory {
 public:
  PeakMemory() : thread_{[this](const std::stop_token& stop) { watch(stop); }} {}
  double stop() {
    thread_.request_stop();
    thread_.join();
    return std::max(peak_mb_, memory_now().private_mb);
  }

 private:
  void watch(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      peak_mb_ = std::max(peak_mb_, memory_now().private_mb);
      std::this_thread::sleep_for(std::chrono::milliseconds{20});  // how often it looks, nothing else
    }
  }
  double peak_mb_ = 0;
  std::jthread thread_;
};

// What every reader of events does at least: reads pages and looks at each event. Threads have ranges of their own.
std::uint64_t scan(EventStore& store, std::size_t threads) {
  const std::int64_t head = store.head().value();
  std::vector<std::future<std::uint64_t>> parts;
  for (std::size_t i = 0; i < threads; ++i) {
    const std::int64_t first = head * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(threads);
    const std::int64_t last = head * static_cast<std::int64_t>(i + 1) / static_cast<std::int64_t>(threads);
    parts.push_back(std::async(std::launch::async, [&store, first, last] {
      std::uint64_t events = 0;
      std::size_t bytes = 0;
      for (std::int64_t at = first; at < last;) {
        const auto most = static_cast<std::size_t>(std::min<std::int64_t>(kPage, last - at));
        for (const RecordedEvent& event : store.read_all(Position{at}, most)) {
          ++events;
          bytes += event.payload.size() + event.type.size() + event.id.bytes()[15];
          at = event.position.value();
        }
      }
      if (bytes == 0) throw std::runtime_error{"nothing was read"};
      return events;
    }));
  }
  std::uint64_t events = 0;
  for (auto& part : parts) events += part.get();
  return events;
}

template <class P>
std::uint64_t replay(EventStore& store, P& projector, std::size_t threads) {
  Replay again{store, {.threads = threads}};
  const ReplayProgress done = again.add(projector).run();
  if (!done.complete || done.projectors.front().handled != done.looked_at) {
    throw std::runtime_error{"the replay did not handle every event"};
  }
  return done.looked_at;
}

void run(const Arguments& arguments) {
  const std::string file = arguments.text("file", "bench_read.db");
  const std::string op = arguments.text("op", "replay");
  const std::string projector = arguments.text("projector", "noop");
  const std::size_t threads = arguments.count("threads", std::max(1U, std::thread::hardware_concurrency()));
  SqliteStore store{SqliteOptions{.file = file, .mode = SqliteOptions::Mode::read_only}};
  const std::string tables = file + ".tables";
  PeakMemory memory;
  const double cpu_before = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  std::uint64_t events = 0;
  if (op == "scan") {
    events = scan(store, threads);
  } else if (projector == "noop") {
    NoOp handler;
    events = replay(store, handler, threads);
  } else if (projector == "parallel") {
    InParallel handler;
    events = replay(store, handler, threads);
  } else if (projector == "sqlite") {
    SqliteReadModel model{tables};
    Quantities handler{model};
    events = replay(store, handler, threads);
  } else {
    throw std::invalid_argument{"--projector is noop, parallel or sqlite"};
  }
  const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  const double cpu = process_cpu_seconds() - cpu_before;
  const double peak = memory.stop();
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(tables + suffix);
  const auto count = static_cast<double>(events);
  print_figures({{"events_per_s", count / elapsed},
                 {"cpu_us_per_event", cpu * 1e6 / count},
                 {"private_mb", peak},
                 {"events", count}});
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, leftfold::bench::run); }
