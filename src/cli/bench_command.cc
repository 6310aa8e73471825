// SPDX-License-Identifier: Apache-2.0
// The commands of bench: what this machine's store does, measured here and now.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/bench_burst.h"
#include "cli/bench_events.h"
#include "cli/bench_target.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/raw_disk.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::size_t kEventsToRead = 10'000;   // when nobody says how many
constexpr std::size_t kEventsToLeave = 10'000;  // with --write
constexpr std::size_t kPageEvents = 1'000;

std::string fixed(double number, int digits) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, digits).ptr;
  return {text.data(), end};
}

/// One line of the result.
struct Measured {
  std::string what;  ///< "append"
  std::size_t events_per_call = 1;
  BurstFigures figures;
};

/// One run of a command. One thread at a time; the context must outlive it.
class Bench {
 public:
  explicit Bench(Context& context)
      : context_{context},
        plan_{BenchPlan::from(context)},
        target_{context, plan_},
        events_{target_.store(), plan_.bytes} {}

  int append() {
    if (plan_.write && !plan_.events) plan_.events = kEventsToLeave;
    announce(plan_.events.value_or(0), plan_.writers);
    std::vector<Version> versions(plan_.writers, Version::none());
    std::vector<Measured> all{{"append", 1, measure("append", plan_.events, [&](std::size_t writer) {
                                 events_.append(writer, versions[writer], 1);
                               })}};
    if (target_.folder() != nullptr && !stopped()) {
      RawDisk disk{target_.folder()->path() / "raw"};
      const std::string bytes = events_.bytes_of_one();
      all.push_back({"raw", 1, measure("raw", plan_.events, [&](std::size_t) { disk.append(bytes); })});
    }
    return print(all);
  }

  int load() {
    const std::size_t streams = fill();
    std::atomic<std::size_t> next{0};
    return print({{"load", kBenchStreamEvents, measure_reads("load", [&](std::size_t) {
                     return target_.store().read_stream(events_.stream(next++ % streams), Version::none(),
                                                        kBenchStreamEvents);
                   })}});
  }

  int read() {
    const Position begin = target_.store().head();
    fill();
    std::vector<Position> places(plan_.writers, begin);
    return print({{"read", kPageEvents, measure_reads("read", [&](std::size_t writer) {
                     Position& place = places[writer];
                     EventPage page = target_.store().read_all(place, kPageEvents);
                     if (page.empty()) page = target_.store().read_all(begin, kPageEvents);  // again, from the first
                     place = page.empty() || page.at_end() ? begin : page.back().position;
                     return page;
                   })}});
  }

 private:
  [[nodiscard]] bool stopped() const { return context_.signals.received() != 0; }

  /// Before the first event is stored.
  void announce(std::size_t events, std::size_t streams) const {
    if (plan_.write) {
      hint(context_, "appends up to " + counted(events, "event") + " to " + counted(streams, "stream") + " " +
                         events_.streams() + "N of " + target_.name() + "; they stay there");
    } else {
      hint(context_, "measures " + target_.name() + ", which is removed at the end");
    }
  }

  /// Stores what is read afterwards; returns in how many streams.
  std::size_t fill() {
    const std::size_t events = plan_.events.value_or(kEventsToRead);
    const std::size_t streams = (events + kBenchStreamEvents - 1) / kBenchStreamEvents;
    announce(events, streams);
    ProgressBar bar{context_};
    events_.fill(events, plan_.writers, context_.signals.token(), [&](Seconds, std::uint64_t done) {
      bar.show(static_cast<double>(done) / static_cast<double>(events), "stored to be read");
    });
    return streams;
  }

  BurstFigures burst(std::string_view what, const std::optional<std::size_t>& events, const BurstCall& call) {
    ProgressBar bar{context_};
    const Seconds longest{static_cast<double>(plan_.seconds)};
    return run_burst(plan_.writers, longest, context_.signals.token(), call, [&](Seconds elapsed, std::uint64_t done) {
      double part = elapsed / longest;
      if (events) part = std::max(part, static_cast<double>(done) / static_cast<double>(*events));
      bar.show(std::min(part, 1.0), std::string{what} + ": " + counted(done, "event"));
    });
  }

  template <class Call>
  BurstFigures measure(std::string_view what, const std::optional<std::size_t>& events, Call call) {
    std::atomic<std::size_t> begun{0};
    return burst(what, events, [&](std::size_t writer) -> std::size_t {
      if (events && begun++ >= *events) return 0;
      call(writer);
      return 1;
    });
  }

  template <class Read>
  BurstFigures measure_reads(std::string_view what, Read read) {
    if (stopped()) return {};
    return burst(what, {}, [&](std::size_t writer) { return read(writer).size(); });
  }

  int print(const std::vector<Measured>& all) {
    std::vector<Column> columns{
        {"WHAT"},          {"WRITERS", true},  {"PAYLOAD BYTES", true}, {"EVENTS/CALL", true}, {"EVENTS", true},
        {"SECONDS", true}, {"EVENTS/S", true}, {"P50 US/CALL", true},   {"P99 US/CALL", true}};
    const double raw = all.size() > 1 ? all[1].figures.events_per_s() : 0;
    if (raw > 0) columns.push_back({"% OF RAW", true});
    Rows rows{context_, "figures", std::move(columns)};
    for (const Measured& each : all) add(rows, each, raw);
    JsonObject more;
    more.text("store", target_.name())
        .boolean("stopped", stopped())
        .raw("part_of_raw", raw > 0 ? fixed(all[0].figures.events_per_s() / raw, 4) : "null");
    rows.finish(more);
    if (!stopped()) {
      if (all[0].figures.seconds < 1) hint(context_, "measured for less than a second: more --events say more");
      return kSuccess;
    }
    hint(context_, "stopped early");
    return kSignal + context_.signals.received();
  }

  void add(Rows& rows, const Measured& each, double raw) const {
    const BurstFigures& figures = each.figures;
    const std::string rate = fixed(figures.events_per_s(), 0);
    const std::string p50 = fixed(figures.p50_us, 1);
    const std::string p99 = fixed(figures.p99_us, 1);
    std::vector<std::string> cells{each.what,
                                   std::to_string(plan_.writers),
                                   std::to_string(events_.payload_bytes()),
                                   std::to_string(each.events_per_call),
                                   std::to_string(figures.events),
                                   fixed(figures.seconds, 2),
                                   rate,
                                   p50,
                                   p99};
    if (raw > 0) cells.push_back(fixed(figures.events_per_s() / raw * 100, 1));
    rows.add(std::move(cells), JsonObject{}
                                   .text("what", each.what)
                                   .count("writers", plan_.writers)
                                   .count("payload_bytes", events_.payload_bytes())
                                   .count("events_per_call", each.events_per_call)
                                   .number("events", static_cast<std::int64_t>(figures.events))
                                   .raw("seconds", fixed(figures.seconds, 6))
                                   .raw("events_per_s", rate)
                                   .raw("p50_us", p50)
                                   .raw("p99_us", p99));
  }

  Context& context_;
  BenchPlan plan_;
  BenchTarget target_;
  BenchEvents events_;
};

}  // namespace

int bench_append(Context& context) { return Bench{context}.append(); }
int bench_load(Context& context) { return Bench{context}.load(); }
int bench_read(Context& context) { return Bench{context}.read(); }

}  // namespace leftfold::inline v0::cli
