// SPDX-License-Identifier: Apache-2.0
// Throughput of a Listener whose handler fails now and then: bench/run failures.
//   --mode none|transient|poison --attempts N --events N --file F   handles all events of F anew
//   --op fill --events N --file F                         fills F once
// transient: every 100th event fails at its first call. poison: all events of 1 of 1000 aggregates fail.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>

#include <leftfold/listener.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>
#include <leftfold/uuid.h>

#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::uint64_t kFamily = 7;
constexpr std::size_t kStreams = 1'000;
constexpr std::size_t kInFlight = 2'000;
constexpr std::int64_t kOneIn = 100;

struct CartItemAddedV01 {
  std::string product_id;
  int quantity = 0;
  std::string note;
};
using CartEvents = Events<CartItemAddedV01>;

enum class Mode { none, transient, poison };

struct Fails : Listener<CartEvents> {
  explicit Fails(Mode m) : mode{m} {}
  void on(const CartItemAddedV01&, const EventMetadata& meta) const {
    if (mode == Mode::transient && meta.position.value() % kOneIn == 0) {
      // An immediate retry comes on the same thread.
      static thread_local std::int64_t failed = 0;
      if (std::exchange(failed, meta.position.value()) != meta.position.value()) throw std::runtime_error{"try again"};
    }
    if (mode == Mode::poison && meta.aggregate_id == poisoned) throw std::runtime_error{"poison"};
    handled.fetch_add(1, std::memory_order_relaxed);
  }
  const Mode mode;
  const std::string poisoned = stream_name(kFamily, 0);
  mutable std::atomic<std::int64_t> handled{0};
};

void fill(SqliteStore& store, std::size_t events) {
  if (store.head() >= Position{static_cast<std::int64_t>(events)}) return;
  if (store.head() != Position::start()) throw std::runtime_error{"the file holds other events; delete it"};
  StreamSet streams{kFamily, kStreams};
  std::deque<std::future<AppendResult>> open;
  for (std::size_t i = 0; i < events; ++i) {
    open.push_back(store.append_async(streams.next_request(1)));
    if (open.size() < kInFlight) continue;
    require_appended(open.front().get());
    open.pop_front();
  }
  for (auto& result : open) require_appended(result.get());
}

Mode mode_of(const std::string& text) {
  if (text == "none") return Mode::none;
  if (text == "transient") return Mode::transient;
  if (text == "poison") return Mode::poison;
  throw std::invalid_argument{"--mode is none, transient or poison"};
}

void run(const Arguments& arguments) {
  const std::size_t events = arguments.count("events", 1'000'000);
  SqliteStore store{SqliteOptions{.file = arguments.text("file", "bench_failures.db")}};
  if (arguments.text("op", "handle") == "fill") {
    fill(store, events);
    print_figures({{"events", static_cast<double>(store.head().value())}});
    return;
  }
  Fails listener{mode_of(arguments.text("mode", "none"))};
  RunnerOptions options;
  options.group = "bench-" + Uuid::v7(system_clock().now()).to_string();  // a checkpoint and letters of its own
  options.dead_letters = &store.dead_letters();
  Runner runner{store, options};
  HandlerOptions own;
  own.failures.retry.max_attempts = static_cast<int>(arguments.count("attempts", 6));
  runner.add(listener, own);
  const double cpu = process_cpu_seconds();
  const auto begin = SteadyClock::now();
  Running running = runner.start();
  const bool all = runner.wait_until_handled(store.head(), {}, kNever);
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  running.finish();
  if (!all) throw std::runtime_error{"the Runner ended early"};
  const double cpu_us = (process_cpu_seconds() - cpu) * 1e6;
  const SubscriptionStatus status = runner.status().front();
  const auto seen = static_cast<std::int64_t>(status.handled + status.parked);
  if (seen != store.head().value()) throw std::runtime_error{"events are missing"};
  print_figures({{"events_per_s", static_cast<double>(seen) / seconds},
                 {"seconds", seconds},
                 {"parked", static_cast<double>(status.parked)},
                 {"cpu_us_per_event", cpu_us / static_cast<double>(seen)}});
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
