// SPDX-License-Identifier: Apache-2.0
// Loads one aggregate with a long history, from its events or from a snapshot on.
//   --op fill                      makes the file: --events N, and a snapshot with --behind K events after it
//   --op load --snapshots yes|no   loads for --seconds S
//   --file F --events N (10000) --behind K (0)
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/repository.h>
#include <leftfold/snapshots.h>
#include <leftfold/sqlite.h>

#include "json_event.h"
#include "support/arguments.h"
#include "support/cart.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kProducts = 100;  // in the state
constexpr std::size_t kCommit = 100;    // events a command

class Cart : public AggregateRoot<CartState, Events<ItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add_items(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) create_event(make_item(i % kProducts));
  }
};

void add(const Repository<Cart>& carts, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; i += kCommit) {
    carts.execute(kCartId, [&](Cart& cart) { cart.add_items(i, std::min(kCommit, to - i)); });
  }
}

void fill(SqliteStore& store, std::size_t events, std::size_t behind) {
  if (store.head() != Position::start()) throw std::runtime_error{store.file() + ": filled already; delete it"};
  Snapshots snapshots{store.snapshots()};
  const Repository<Cart> plain{store};
  add(plain, 0, events - behind);
  (void)Repository<Cart>{store, {.snapshots = &snapshots, .snapshot_policy = {.every = 1}}}.load(kCartId);
  if (!snapshots.flush()) throw std::runtime_error{"no snapshot was taken"};
  add(plain, events - behind, events);
  print_figures({{"events", static_cast<double>(events)}});
}

void load(SqliteStore& store, std::size_t events, bool with_snapshots, double seconds) {
  Metrics metrics;
  Snapshots snapshots{store.snapshots(), {.mode = SnapshotsOptions::Mode::read_only, .metrics = &metrics}};
  const Repository<Cart> carts{store, {.snapshots = with_snapshots ? &snapshots : nullptr}};
  const auto load_once = [&] {
    const Cart cart = carts.load(kCartId);
    if (cart.version().value() + 1 != static_cast<std::int64_t>(events)) throw std::runtime_error{"events are missing"};
  };
  load_once();  // opens connections
  std::vector<double> latencies_us;
  const double cpu_before = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  auto now = begin;
  while (std::chrono::duration<double>(now - begin).count() < seconds) {
    load_once();
    const auto after = SteadyClock::now();
    latencies_us.push_back(std::chrono::duration<double, std::micro>(after - now).count());
    now = after;
  }
  const auto loads = static_cast<double>(latencies_us.size());
  const double used =
      metrics.counter("leftfold_snapshot_loads_total", "", {{"aggregate", "Cart"}, {"result", "used"}}).value();
  if (with_snapshots && used != loads + 1) throw std::runtime_error{"a load did not use the snapshot"};
  print_figures({{"loads_per_s", loads / std::chrono::duration<double>(now - begin).count()},
                 {"cpu_us_per_load", (process_cpu_seconds() - cpu_before) * 1e6 / loads},
                 {"p50_us", quantile(latencies_us, 0.5)},
                 {"p99_us", quantile(latencies_us, 0.99)}});
}

void run(const Arguments& arguments) {
  SqliteStore store{SqliteOptions{.file = arguments.text("file", "bench_load.db")}};
  const std::size_t events = arguments.count("events", 10'000);
  const std::string op = arguments.text("op", "load");
  const std::string snapshots = arguments.text("snapshots", "yes");
  if (snapshots != "yes" && snapshots != "no") throw std::invalid_argument{"--snapshots " + snapshots + ": yes or no"};
  if (op == "fill") return fill(store, events, arguments.count("behind", 0));
  if (op != "load") throw std::invalid_argument{"--op " + op + ": fill or load"};
  load(store, events, snapshots == "yes", arguments.seconds("seconds", 1));
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
