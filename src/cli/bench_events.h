// SPDX-License-Identifier: Apache-2.0
// The events of a bench, and the streams they go to.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include <leftfold/event_store.h>

#include "cli/bench_burst.h"

namespace leftfold::inline v0::cli {

inline constexpr std::size_t kBenchStreamEvents = 100;  ///< of a stream that is stored to be read

/// Appends events of one type and size to streams of names that nobody has: "lfold-bench-UUID-1" and so on.
/// Any thread, but one at a time for each stream. The store must outlive it.
class BenchEvents {
 public:
  BenchEvents(EventStore& store, std::size_t payload_bytes);

  /// What the names of the streams begin with.
  [[nodiscard]] const std::string& streams() const noexcept { return streams_; }
  [[nodiscard]] std::string stream(std::size_t number) const { return streams_ + std::to_string(number + 1); }
  [[nodiscard]] std::size_t payload_bytes() const noexcept { return payload_.size(); }
  /// What a store has to keep of one event at least.
  [[nodiscard]] std::string bytes_of_one() const;

  /// Appends `events` to a stream whose last version is `version`, which becomes the new one. Throws as the store, and
  /// VersionConflict when somebody else appends to it.
  void append(std::size_t number, Version& version, std::size_t events) const;
  /// Fills streams with `events` in all, kBenchStreamEvents each. Throws as append().
  void fill(std::size_t events, std::size_t writers, const std::stop_token& stop, const BurstProgress& progress) const;

 private:
  EventStore& store_;
  std::string payload_{R"({"text":")"};
  std::string streams_;
};

}  // namespace leftfold::inline v0::cli
