// SPDX-License-Identifier: Apache-2.0
// From append() to the handler, for one burst: bench/run latency runs it in turn with the others.
//   --handler listener|projector --writer same|other (process) --rate N (appends a second) --seconds S --warm-up S
//   --file F
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <new>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/listener.h>
#include <leftfold/projector.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>

#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kStreams = 100;

struct Tick {
  std::int64_t sent_ns = 0;  // steady clock, which processes of one machine share
  std::string note;
};
using TickEvents = Events<Tick>;

std::int64_t now_ns() { return SteadyClock::now().time_since_epoch().count(); }

/// Time from append() to here, of the ticks sent after the warm-up.
struct Arrivals {
  std::int64_t measure_from_ns = 0;
  std::vector<double> milliseconds;
  void note(const Tick& tick) {
    if (tick.sent_ns < measure_from_ns) return;
    milliseconds.push_back(static_cast<double>(now_ns() - tick.sent_ns) * 1e-6);
  }
};

struct TickListener : Listener<TickEvents> {
  explicit TickListener(Arrivals& into) : arrivals{&into} {}
  void on(const Tick& tick) { arrivals->note(tick); }
  Arrivals* arrivals;
};

struct TickProjector : Projector<TickEvents> {
  explicit TickProjector(Arrivals& into) : arrivals{&into} {}
  void on(const Tick& tick) { arrivals->note(tick); }
  void reset() { arrivals->milliseconds.clear(); }
  Arrivals* arrivals;
};

/// What the writer measured of append() alone. In memory that a child process shares.
struct WriterFigures {
  double p50_ms = 0, p99_ms = 0, p999_ms = 0;
  std::int64_t last_position = 0;
};

struct Pace {
  double rate, warm_up, seconds;
};

/// Appends at a steady pace: the next one is due when its time comes, however long the last one took.
void write_ticks(SqliteStore& store, const Pace& pace, WriterFigures& figures) {
  std::vector<Version> versions(kStreams);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kStreams; ++i) names.push_back(stream_name(3, i));
  const auto ticks = static_cast<std::size_t>((pace.warm_up + pace.seconds) * pace.rate);
  const auto warm_up = static_cast<std::size_t>(pace.warm_up * pace.rate);
  const auto begin = SteadyClock::now();
  std::vector<double> milliseconds;
  for (std::size_t i = 0; i < ticks; ++i) {
    std::this_thread::sleep_until(begin + std::chrono::duration_cast<SteadyClock::duration>(
                                              std::chrono::duration<double>{static_cast<double>(i) / pace.rate}));
    AppendRequest request{names[i % kStreams], versions[i % kStreams], {make_event(3, i)}, {}};
    request.events[0].type = "Tick";
    const auto sent = SteadyClock::now();
    Tick tick{sent.time_since_epoch().count(), std::string(200, 'x')};
    request.events[0].payload = to_json(tick);
    const AppendResult result = store.append(request);
    require_appended(result);
    versions[i % kStreams] = std::get<Appended>(result).version;
    figures.last_position = std::get<Appended>(result).position.value();
    if (i >= warm_up)
      milliseconds.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - sent).count());
  }
  figures.p50_ms = quantile(milliseconds, 0.5);
  figures.p99_ms = quantile(milliseconds, 0.99);
  figures.p999_ms = quantile(milliseconds, 0.999);
}

/// A child process that appends; started before this process has threads or an open file. It waits for one byte on the
/// pipe.
class WriterProcess {
 public:
  WriterProcess(const std::string& file, const Pace& pace, WriterFigures& figures) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error{"no pipe"};
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error{"no child process"};
    if (child_ == 0) {
      char go = 0;
      if (::read(ends[0], &go, 1) != 1) std::_Exit(1);
      try {
        SqliteStore store{SqliteOptions{.file = file}};
        write_ticks(store, pace, figures);
        std::_Exit(0);
      } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_latency: writer: %s\n", e.what());
        std::_Exit(1);
      }
    }
    ::close(ends[0]);
    go_ = ends[1];
  }
  void run() {
    if (::write(go_, "x", 1) != 1) throw std::runtime_error{"the writer process is gone"};
    int status = 0;
    ::waitpid(child_, &status, 0);
    if (status != 0) throw std::runtime_error{"the writer process failed"};
  }

 private:
  pid_t child_ = -1;
  int go_ = -1;
};

void run(const Arguments& arguments) {
  const std::string file = arguments.text("file", "bench_latency.db");
  const bool other_process = arguments.text("writer", "same") == "other";
  const Pace pace{arguments.seconds("rate", 200), arguments.seconds("warm-up", 0.5), arguments.seconds("seconds", 3)};
  void* shared = ::mmap(nullptr, sizeof(WriterFigures), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error{"no shared memory"};
  auto& figures = *new (shared) WriterFigures;
  std::optional<WriterProcess> child;
  if (other_process) child.emplace(file, pace, figures);

  SqliteStore store{SqliteOptions{.file = file}};
  Arrivals arrivals;
  TickListener listener{arrivals};
  TickProjector projector{arrivals};
  Runner runner{store, {.group = "bench"}};
  if (arguments.text("handler", "listener") == "listener") runner.add(listener);
  else runner.add(projector);
  std::stop_source stop;
  auto running = std::async(std::launch::async, [&] { runner.run(stop.get_token()); });
  std::this_thread::sleep_for(std::chrono::milliseconds{200});  // let it reach its first wait
  arrivals.measure_from_ns = now_ns() + static_cast<std::int64_t>(pace.warm_up * 1e9);
  if (child) child->run();
  else write_ticks(store, pace, figures);
  const bool handled = runner.wait_until_handled(Position{figures.last_position}, stop.get_token(),
                                                 system_clock().instant() + std::chrono::seconds{10});
  stop.request_stop();
  running.get();
  if (!handled) throw std::runtime_error{"the handler did not see every event"};
  print_figures({{"p50_ms", quantile(arrivals.milliseconds, 0.5)},
                 {"p99_ms", quantile(arrivals.milliseconds, 0.99)},
                 {"p999_ms", quantile(arrivals.milliseconds, 0.999)},
                 {"events", static_cast<double>(arrivals.milliseconds.size())},
                 {"append_p50_ms", figures.p50_ms},
                 {"append_p99_ms", figures.p99_ms},
                 {"append_p999_ms", figures.p999_ms}});
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
