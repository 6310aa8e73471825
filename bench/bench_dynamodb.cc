// SPDX-License-Identifier: Apache-2.0
// One burst on the DynamoDB store: bench/run dynamodb runs it in turn with wrk and AWS's SDKs.
//   --op append|load --endpoint URL --table T --threads N --seconds S --warm-up S --streams N
//     append: each thread adds one event to --streams (200) aggregates of its own in turn
//     load: each thread reads one after the other of --streams aggregates of --events events
//   --op fill --endpoint URL --table T --streams N --events N    writes the aggregates of load
//   --op append|load --script F --endpoint URL --table T --streams N    writes what wrk needs to send the same requests
#include <algorithm>
#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>

#include "captured_request.h"
#include "support/arguments.h"
#include "support/burst.h"
#include "support/workload.h"
#include "wrk_script.h"

namespace leftfold::bench {
namespace {

// The store knows the last versions of 20,000 aggregates: 32 threads stay below it, so that an append is one request.
constexpr std::size_t kStreamsOfThread = 200;
constexpr std::uint64_t kFamily = 9;

struct Load {
  std::string op;
  std::size_t threads, streams, events;
  double warm_up, seconds;
};

DynamoDbOptions options_of(const Arguments& arguments, DynamoDbOptions::Tables tables) {
  DynamoDbOptions options;
  options.endpoint_url = arguments.text("endpoint", "http://127.0.0.1:8000");
  options.events_table = arguments.text("table", "leftfold-bench");
  options.region = "us-east-1";
  options.keys = DynamoDbKeys{"test", "test", {}};
  options.tables = tables;
  return options;
}

Load load_of(const Arguments& arguments) {
  const std::string op = arguments.text("op", "append");
  return {op,
          arguments.count("threads", 1),
          arguments.count("streams", op == "append" ? kStreamsOfThread : 1000),
          arguments.count("events", 10),
          arguments.seconds("warm-up", 0.3),
          arguments.seconds("seconds", 1)};
}

void fill(const Arguments& arguments) {
  DynamoDbStore store{options_of(arguments, DynamoDbOptions::Tables::must_exist)};
  const std::size_t streams = arguments.count("streams", 1000);
  const std::size_t events = arguments.count("events", 10);
  std::uint64_t serial = 0;
  for (std::size_t i = 0; i < streams; ++i) {
    AppendRequest request{aggregate_name(0, i), Version::none(), {}, {}};
    for (std::size_t e = 0; e < events; ++e) request.events.push_back(make_event(kFamily, serial++));
    require_appended(store.append(request));
  }
  print_figures({{"events", static_cast<double>(serial)}});
}

WorkerBody append_body(DynamoDbStore& store, std::size_t thread, const Load& load) {
  return [&store, streams = StreamSet{thread + 1, load.streams}](Worker& me) mutable {
    while (!me.is_over()) {
      const AppendRequest request = streams.next_request(1);
      me.timed(1, [&] { require_appended(store.append(request)); });
    }
  };
}

WorkerBody load_body(DynamoDbStore& store, std::size_t thread, const Load& load) {
  return [&store, &load, next = thread * load.streams / load.threads](Worker& me) mutable {
    while (!me.is_over()) {
      const std::string name = aggregate_name(0, next++ % load.streams);
      std::size_t found = 0;
      me.timed(1, [&] { found = store.read_stream(name, Version::none(), 10 * load.events).size(); });
      if (found != load.events) {
        throw std::runtime_error{name + " has " + std::to_string(found) + " events; run --op fill first"};
      }
    }
  };
}

void measure(const Arguments& arguments) {
  const Load load = load_of(arguments);
  DynamoDbOptions options = options_of(arguments, DynamoDbOptions::Tables::must_exist);
  std::atomic<std::uint64_t> failures{0};  // a request sent again is one, although the call succeeds
  options.on_call = [&failures](const DynamoDbCall& call) {
    if (call.failed || call.attempts != 1) failures.fetch_add(1, std::memory_order_relaxed);
  };
  DynamoDbStore store{options};
  std::vector<WorkerBody> bodies;
  for (std::size_t i = 0; i < load.threads; ++i) {
    bodies.push_back(load.op == "append" ? append_body(store, i, load) : load_body(store, i, load));
  }
  const BurstFigures figures = run_burst(bodies, load.warm_up, load.seconds);
  print_figures({{"requests_per_s", figures.units_per_s},
                 {"cpu_us_per_request", figures.cpu_us_per_unit},
                 {"p50_us", figures.p50_us},
                 {"p99_us", figures.p99_us},
                 {"failures", static_cast<double>(failures)}});
  if (failures > 0) throw std::runtime_error{std::to_string(failures) + " requests failed"};
}

void write_script(const Arguments& arguments, const std::string& file) {
  const Load load = load_of(arguments);
  const std::string name = aggregate_name(0, 0);
  const auto once = [&](const std::string& endpoint) {
    DynamoDbOptions options = options_of(arguments, DynamoDbOptions::Tables::unchecked);
    options.endpoint_url = endpoint;
    DynamoDbStore store{options};
    if (load.op == "append") require_appended(store.append({name, Version::none(), {make_event(kFamily, 0)}, {}}));
    else (void)store.read_stream(name, Version::none(), 10 * load.events);
  };
  const CapturedRequest request = capture_request(once, load.op == "append" ? "{}" : R"({"Items":[]})");
  std::string host = arguments.text("endpoint", "http://127.0.0.1:8000");
  host.erase(0, host.find("://") + 3);
  std::ofstream out{file};
  out << wrk_script(request, name, host, load.op == "append" ? 0 : load.streams) << std::flush;
  if (!out) throw std::runtime_error{file + " cannot be written"};
  print_figures({{"bytes", static_cast<double>(request.head.size() + request.body.size())}});
}

void run(const Arguments& arguments) {
  const std::string op = arguments.text("op", "append");
  const std::string script = arguments.text("script", "");
  if (op == "fill") fill(arguments);
  else if (op != "append" && op != "load") throw std::invalid_argument{"--op " + op + ": append, load or fill"};
  else if (!script.empty()) write_script(arguments, script);
  else measure(arguments);
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
