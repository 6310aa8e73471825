// SPDX-License-Identifier: Apache-2.0
// What a Resequencer has done.
#pragma once

#include <cstddef>
#include <cstdint>

#include <leftfold/metrics.h>

namespace leftfold::inline v0::runtime {

/// Since its beginning. Plain value.
struct ResequencerCounts {
  std::uint64_t published = 0;  ///< events acknowledged
  std::uint64_t dropped = 0;    ///< events of changes that were published before, or sent
  std::uint64_t read_back = 0;  ///< events that had to be asked of the store
  std::uint64_t marked = 0;     ///< events that kUnpublished stands for
  std::uint64_t refused = 0;    ///< times that an aggregate was blocked by an event that cannot be published
  std::uint64_t stalls = 0;     ///< times that the store did not show yet what a change told of
  std::size_t blocked = 0;      ///< aggregates that are blocked now
};

/// leftfold_publisher_* of docs/reference/metrics.md; several Resequencers of one Metrics add up. One thread at a time.
class ResequencerMetrics {
 public:
  explicit ResequencerMetrics(Metrics& metrics);
  /// Its aggregates are not blocked any more as far as it knows.
  ~ResequencerMetrics();
  ResequencerMetrics(const ResequencerMetrics&) = delete;
  ResequencerMetrics& operator=(const ResequencerMetrics&) = delete;

  /// Adds what came since the last call.
  void show(const ResequencerCounts& counts) noexcept;

 private:
  ResequencerCounts shown_;
  Counter& published_;
  Counter& dropped_;
  Counter& read_back_;
  Counter& marked_;
  Counter& refused_;
  Counter& stalls_;
  Gauge& blocked_;
};

}  // namespace leftfold::inline v0::runtime
