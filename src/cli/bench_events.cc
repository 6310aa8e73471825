// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_events.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string_view>
#include <variant>

#include <leftfold/clock.h>
#include <leftfold/error.h>

namespace leftfold::inline v0::cli {
namespace {

constexpr std::string_view kType = "LfoldBench";
constexpr std::size_t kAtOnce = 25;  // of a stream that is filled; a transaction of DynamoDB has room for them

}  // namespace

BenchEvents::BenchEvents(EventStore& store, std::size_t payload_bytes)
    : store_{store}, streams_{"lfold-bench-" + Uuid::v7(system_clock().now()).to_string() + "-"} {
  constexpr std::string_view kEnd = R"("})";
  const std::size_t frame = payload_.size() + kEnd.size();
  payload_.append(std::max(payload_bytes, frame) - frame, 'x');
  payload_ += kEnd;
}

std::string BenchEvents::bytes_of_one() const {
  return stream(0) + std::string{kType} + payload_ + std::string(sizeof(Uuid), 'i');
}

void BenchEvents::append(std::size_t number, Version& version, std::size_t events) const {
  AppendRequest request;
  request.aggregate_id = stream(number);
  request.expected = version;
  for (std::size_t i = 0; i < events; ++i) {
    request.events.push_back({Uuid::v7(system_clock().now()), std::string{kType}, payload_, {}, 1});
  }
  const AppendResult result = store_.append(request);
  const auto* const appended = std::get_if<Appended>(&result);
  if (appended == nullptr) throw VersionConflict{stream(number), version, std::get<Conflict>(result).actual};
  version = appended->version;
}

void BenchEvents::fill(std::size_t events, std::size_t writers, const std::stop_token& stop,
                       const BurstProgress& progress) const {
  std::atomic<std::size_t> next{0};
  const auto fill_next = [&](std::size_t) -> std::size_t {
    const std::size_t number = next++;
    if (number * kBenchStreamEvents >= events) return 0;
    const std::size_t wanted = std::min(kBenchStreamEvents, events - number * kBenchStreamEvents);
    Version version = Version::none();
    for (std::size_t done = 0; done < wanted; done += kAtOnce) {
      append(number, version, std::min(kAtOnce, wanted - done));
    }
    return wanted;
  };
  (void)run_burst(writers, std::chrono::hours{24}, stop, fill_next, progress);
}

}  // namespace leftfold::inline v0::cli
