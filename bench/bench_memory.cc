// SPDX-License-Identifier: Apache-2.0
// Memory while events are appended and handled: bench/run memory.
//   --events N --file F
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <deque>
#include <future>
#include <map>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

#include <leftfold/listener.h>
#include <leftfold/projector.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>

#include "support/arguments.h"
#include "support/memory.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kStreams = 10'000;
constexpr std::size_t kInFlight = 2000;

struct CartItemAddedV01 {
  std::string product_id;
  int quantity = 0;
  std::string note;
};
using CartEvents = Events<CartItemAddedV01>;

struct Quantities : Projector<CartEvents> {
  void on(const CartItemAddedV01& e) {
    sums[e.product_id] += e.quantity;
    handled.fetch_add(1, std::memory_order_relaxed);
  }
  void reset() { sums.clear(); }
  std::map<std::string, std::int64_t> sums;
  std::atomic<std::size_t> handled{0};
};

struct Count : Listener<CartEvents> {
  void on(const CartItemAddedV01&) const { handled.fetch_add(1, std::memory_order_relaxed); }
  mutable std::atomic<std::size_t> handled{0};
};

void append_all(SqliteStore& store, std::size_t events) {
  StreamSet streams{5, kStreams};
  std::deque<std::future<AppendResult>> open;
  for (std::size_t i = 0; i < events; ++i) {
    open.push_back(store.append_async(streams.next_request(1)));
    if (open.size() < kInFlight) continue;
    require_appended(open.front().get());
    open.pop_front();
  }
  for (auto& result : open) require_appended(result.get());
}

void run(const Arguments& arguments) {
  const std::size_t events = arguments.count("events", 1'000'000);
  SqliteStore store{SqliteOptions{.file = arguments.text("file", "bench_memory.db")}};
  Quantities projector;
  Count listener;
  Runner runner{store, {.group = "bench"}};
  runner.add(projector).add(listener);
  std::stop_source stop;
  auto running = std::async(std::launch::async, [&] { runner.run(stop.get_token()); });
  const auto begin = SteadyClock::now();
  auto appending = std::async(std::launch::async, [&] { append_all(store, events); });

  // The peak so far, noted when both handlers have passed a tenth, a half and all of the events.
  const std::array<std::size_t, 3> marks{events / 10, events / 2, events};
  std::array<Memory, 3> at_marks;
  Memory peak;
  for (std::size_t mark = 0; mark < marks.size();) {
    if (running.wait_for(std::chrono::milliseconds{20}) == std::future_status::ready) {
      running.get();
      throw std::runtime_error{"the Runner ended early"};
    }
    const Memory now = memory_now();
    peak = {std::max(peak.private_mb, now.private_mb), std::max(peak.mapped_mb, now.mapped_mb)};
    while (mark < marks.size() && std::min(projector.handled.load(), listener.handled.load()) >= marks[mark]) {
      at_marks[mark++] = peak;
    }
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  appending.get();
  stop.request_stop();
  running.get();
  print_figures({{"private_tenth_mb", at_marks[0].private_mb},
                 {"private_half_mb", at_marks[1].private_mb},
                 {"private_all_mb", at_marks[2].private_mb},
                 {"mapped_tenth_mb", at_marks[0].mapped_mb},
                 {"mapped_half_mb", at_marks[1].mapped_mb},
                 {"mapped_all_mb", at_marks[2].mapped_mb},
                 {"seconds", seconds}});
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
