// SPDX-License-Identifier: Apache-2.0
// Fills a file to read from, or reads it for one burst: bench/run read runs the bursts in turn with the others.
//   --op fill --layout interleaved|bursts    streams' events in random order, or in runs of ten
//   --op stream|scan --engine leftfold|sqlite --readers N --seconds S
//   --file F --streams N --events N (of each stream)
#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/sqlite.h>

#include "sqlite_by_hand.h"
#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::uint64_t kFamily = 7;
constexpr std::size_t kRun = 10;         // events of a stream that lie together in layout "bursts"
constexpr std::size_t kScanPage = 1000;  // events a read_all() asks for
constexpr std::size_t kMostInFlight = 4000;

struct Data {
  std::string file;
  std::size_t streams, events;
};

void fill(const Data& data, bool interleaved) {
  SqliteStore store{SqliteOptions{.file = data.file}};
  if (store.head() == Position{static_cast<std::int64_t>(data.streams * data.events)}) return;
  if (store.head() != Position::start()) throw std::runtime_error{data.file + ": filled otherwise; delete it"};
  const std::size_t run = interleaved ? 1 : kRun;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < data.streams * data.events / run; ++i) order.push_back(i % data.streams);
  std::shuffle(order.begin(), order.end(), std::mt19937_64{1});
  std::vector<Version> versions(data.streams);
  std::deque<std::future<AppendResult>> open;
  std::uint64_t serial = 0;
  for (const std::size_t stream : order) {
    AppendRequest request{stream_name(kFamily, stream), versions[stream], {}, {}};
    for (std::size_t i = 0; i < run; ++i) request.events.push_back(make_event(kFamily, serial++));
    versions[stream] = Version{versions[stream].value() + static_cast<std::int64_t>(run)};
    open.push_back(store.append_async(std::move(request)));
    if (open.size() < kMostInFlight / run) continue;
    require_appended(open.front().get());
    open.pop_front();
  }
  for (auto& result : open) require_appended(result.get());
}

/// What a reader of the store does with a page: looks at every event.
ReadCount count_events(const EventPage& page) {
  ReadCount count;
  for (const RecordedEvent& event : page) {
    ++count.events;
    count.bytes += event.payload.size() + static_cast<unsigned char>(event.payload[0]) + event.metadata.size() +
                   event.type.size() + event.id.bytes()[15];
    count.last_position = event.position.value();
  }
  return count;
}

class Leftfold {
 public:
  explicit Leftfold(SqliteStore& store) : store_{&store} {}
  ReadCount read_stream(const std::string& name, std::size_t max) {
    return count_events(store_->read_stream(name, Version::none(), max));
  }
  ReadCount read_all(std::int64_t after) { return count_events(store_->read_all(Position{after}, kScanPage)); }

 private:
  SqliteStore* store_;
};

class ByHand {
 public:
  explicit ByHand(const std::string& file) : sqlite_{file} {}
  ReadCount read_stream(const std::string& name, std::size_t max) {
    return sqlite_.read_stream(name, static_cast<std::int64_t>(max));
  }
  ReadCount read_all(std::int64_t after) { return sqlite_.read_all(after, kScanPage); }

 private:
  SqliteByHand sqlite_;
};

struct alignas(64) Reader {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::vector<double> latencies_us;
};

template <class Source>
void read_until(Source source, const Data& data, bool scan, SteadyClock::time_point end, std::size_t seed, Reader& me) {
  std::mt19937_64 random{seed};
  std::int64_t after = 0;
  for (auto begin = SteadyClock::now(); begin < end;) {
    ReadCount count;
    if (scan) {
      count = source.read_all(after);
      after = count.events == 0 ? 0 : count.last_position;
    } else {
      count = source.read_stream(stream_name(kFamily, random() % data.streams), data.events);
      if (count.events != data.events) throw std::runtime_error{"a stream came back with events missing"};
    }
    me.events += count.events;
    me.bytes += count.bytes;
    const auto now = SteadyClock::now();
    me.latencies_us.push_back(std::chrono::duration<double, std::micro>(now - begin).count());
    begin = now;
  }
}

template <class MakeSource>
void read(const Data& data, bool scan, std::size_t readers, double seconds, MakeSource make_source) {
  std::vector<Reader> results(readers);
  const auto begin = SteadyClock::now();
  const auto end = begin + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>{seconds});
  const double cpu_before = process_cpu_seconds();
  std::vector<std::future<void>> running;
  for (std::size_t i = 0; i < readers; ++i) {
    running.push_back(
        std::async(std::launch::async, [&, i] { read_until(make_source(), data, scan, end, i + 1, results[i]); }));
  }
  for (auto& reader : running) reader.get();
  const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  const double cpu = process_cpu_seconds() - cpu_before;
  double events = 0;
  std::vector<double> latencies;
  for (const Reader& reader : results) {
    events += static_cast<double>(reader.events);
    latencies.insert(latencies.end(), reader.latencies_us.begin(), reader.latencies_us.end());
  }
  print_figures({{"events_per_s", events / elapsed},
                 {"cpu_us_per_event", cpu * 1e6 / events},
                 {"p50_us", quantile(latencies, 0.5)},
                 {"p99_us", quantile(latencies, 0.99)}});
}

void run(const Arguments& arguments) {
  const Data data{arguments.text("file", "bench_read.db"), arguments.count("streams", 10'000),
                  arguments.count("events", 100)};
  const std::string op = arguments.text("op", "stream");
  const std::string engine = arguments.text("engine", "leftfold");
  const std::size_t readers = arguments.count("readers", 1);
  const double seconds = arguments.seconds("seconds", 1);
  if (op == "fill") {
    fill(data, arguments.text("layout", "interleaved") == "interleaved");
    print_figures({{"events", static_cast<double>(data.streams * data.events)}});
  } else if (engine == "leftfold") {
    SqliteStore store{SqliteOptions{.file = data.file}};
    read(data, op == "scan", readers, seconds, [&store] { return Leftfold{store}; });
  } else {
    read(data, op == "scan", readers, seconds, [&data] { return ByHand{data.file}; });
  }
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
