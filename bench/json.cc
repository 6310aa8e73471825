// SPDX-License-Identifier: Apache-2.0
// bench_json [--json] [--rounds N]: nanoseconds to write and to read one event, by CPU time of this thread. Rounds
// are interleaved, every codec once a round in changing order, and the median is shown.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/json.h>

#include "json_event.h"

namespace {

using bench::Codec;
using bench::Event;

constexpr std::size_t kEvents = 1000;
constexpr std::size_t kRoom = 64;  // what simdjson may read behind a text
constexpr double kRoundSeconds = 0.1;

struct Contender {
  const Codec* codec;
  std::vector<double> write_ns;
  std::vector<double> read_ns;
};

Event make_event(std::mt19937_64& random) {
  const auto hex = [&](std::size_t size) {
    std::string text;
    while (text.size() < size) text += "0123456789abcdef"[random() % 16];
    return text;
  };
  Event event;
  event.productId = hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12);
  event.quantity = static_cast<std::int64_t>(random() % 1000);
  event.price = static_cast<double>(random() % 1'000'000) / 100.0;
  for (int i = 0; i < 3; ++i) event.tags.push_back("tag-" + hex(6));
  event.nested = {static_cast<std::int64_t>(random() % 1'000'000'000), "value " + hex(8)};
  return event;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Nanoseconds for one call of `pass`, which handles all events, divided by their number.
template <class Pass>
double measure(Pass pass) {
  const double begin = cpu_seconds();
  double elapsed = 0;
  std::size_t passes = 0;
  do {
    pass();
    ++passes;
    elapsed = cpu_seconds() - begin;
  } while (elapsed < kRoundSeconds);
  return elapsed * 1e9 / static_cast<double>(passes * kEvents);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Every codec must write what leftfold reads and read what leftfold writes; otherwise the figures compare different
/// work.
void check_agreement(const std::vector<Contender>& contenders, const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    const std::string ours = leftfold::to_json(event);
    const std::string padded = ours + std::string(kRoom, '\0');
    for (const Contender& contender : contenders) {
      contender.codec->write(event, text);
      const bool writes = leftfold::to_json(leftfold::from_json<Event>(text)) == ours;
      const bool reads = leftfold::to_json(contender.codec->read({padded.data(), ours.size()})) == ours;
      if (writes && reads) continue;
      std::fprintf(stderr, "bench_json: %s does not agree on %s\n", contender.codec->name.data(), ours.c_str());
      std::exit(1);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  int rounds = 9;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      json = true;
    } else if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc && std::atoi(argv[i + 1]) > 0) {
      rounds = std::atoi(argv[++i]);
    } else {
      std::fprintf(stderr, "usage: bench_json [--json] [--rounds N]\n");
      return 2;
    }
  }

  std::vector<Contender> contenders;
  for (const Codec* codec : {&bench::kLeftfold, &bench::kOndemand, &bench::kOndemandPadded, &bench::kDom,
                             &bench::kRapidjsonSax, &bench::kRapidjsonDom, &bench::kNlohmann}) {
    contenders.push_back({codec, {}, {}});
  }
  std::mt19937_64 random{1};
  std::vector<Event> events;
  while (events.size() < kEvents) events.push_back(make_event(random));
  check_agreement(contenders, events);

  std::vector<std::string> texts;
  std::size_t bytes = 0;
  for (const Event& event : events) {
    texts.push_back(leftfold::to_json(event));
    bytes += texts.back().size();
    texts.back().append(kRoom, '\0');
  }
  std::size_t sink = 0;
  std::string out;
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(contenders.begin(), contenders.end(), random);
    for (Contender& contender : contenders) {
      contender.write_ns.push_back(measure([&] {
        for (const Event& event : events) {
          contender.codec->write(event, out);
          sink += out.size();
        }
      }));
      contender.read_ns.push_back(measure([&] {
        for (const std::string& text : texts) {
          sink += contender.codec->read({text.data(), text.size() - kRoom}).productId.size();
        }
      }));
    }
  }

  std::sort(contenders.begin(), contenders.end(),
            [](const Contender& a, const Contender& b) { return median(a.read_ns) < median(b.read_ns); });
  const auto find = [&](const Codec& codec) {
    return *std::find_if(contenders.begin(), contenders.end(), [&](const Contender& c) { return c.codec == &codec; });
  };
  const Contender ours = find(bench::kLeftfold);
  if (json) std::printf("{\"bytes\":%zu,\"rounds\":%d,\"codecs\":[", bytes / kEvents, rounds);
  else
    std::printf("event of %zu bytes, median of %d rounds, CPU time (%zu)\n%-42s %9s %9s %22s\n", bytes / kEvents,
                rounds, sink % 10, "codec", "write ns", "read ns", "leftfold is faster by");
  bool first = true;
  for (const Contender& contender : contenders) {
    const double write = median(contender.write_ns);
    const double read = median(contender.read_ns);
    if (json) {
      std::printf("%s{\"codec\":\"%s\",\"write_ns\":%.1f,\"read_ns\":%.1f}", first ? "" : ",",
                  contender.codec->name.data(), write, read);
    } else {
      std::printf("%-42s %9.0f %9.0f %10.2f x %7.2f x\n", contender.codec->name.data(), write, read,
                  write / median(ours.write_ns), read / median(ours.read_ns));
    }
    first = false;
  }
  if (json) std::printf("]}\n");
}
