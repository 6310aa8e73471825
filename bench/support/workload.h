// SPDX-License-Identifier: Apache-2.0
// What every benchmark writes: streams named by random UUIDs, JSON events of 256 bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/event_store.h>

namespace leftfold::bench {

inline constexpr std::size_t kPayloadBytes = 256;

using SteadyClock = std::chrono::steady_clock;

/// Name of stream `number` of family `family`: "cart-" and a UUID that looks random and is the same in every run.
[[nodiscard]] std::string stream_name(std::uint64_t family, std::uint64_t number);

/// An event with a payload of `payload_bytes` (at least 64) and 57 bytes of metadata. `serial` makes its id unique.
[[nodiscard]] NewEvent make_event(std::uint64_t family, std::uint64_t serial,
                                  std::size_t payload_bytes = kPayloadBytes);

/// The streams of one writer, appended to in turn, each at the version it has.
/// One thread at a time.
class StreamSet {
 public:
  StreamSet(std::uint64_t family, std::size_t streams);

  /// The next append: `batch` events for the next stream. Counts on its success.
  [[nodiscard]] AppendRequest next_request(std::size_t batch);

 private:
  struct Stream {
    std::string name;
    Version version;
  };
  std::uint64_t family_;
  std::uint64_t serial_ = 0;
  std::size_t at_ = 0;
  std::vector<Stream> streams_;
};

/// Throws std::runtime_error unless the append was stored.
void require_appended(const AppendResult& result);

/// The value below which `share` (0 to 1) of the samples lie; 0 without samples. Reorders `samples`.
[[nodiscard]] double quantile(std::vector<double>& samples, double share);

/// CPU time of this process in seconds, user and system, all threads.
[[nodiscard]] double process_cpu_seconds();

}  // namespace leftfold::bench
