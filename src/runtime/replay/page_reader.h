// SPDX-License-Identifier: Apache-2.0
// Reads the events of a replay ahead of its projectors.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include <leftfold/replay.h>

#include "runtime/replay/pace.h"
#include "runtime/replay/page_window.h"

namespace leftfold::inline v0::runtime {

/// What every reader of a run shares. What it refers to lives as long as the run.
struct ReaderContext {
  const ReplayOptions& options;
  Pace& pace;
  PageWindow& window;
  std::atomic<std::uint64_t>& looked_at;
};

/// Fills the window. read() is called on threads() threads at once and returns when nothing is left, after `halt`, or
/// when the window ended; it throws what the source throws.
class PageReader {
 public:
  virtual ~PageReader() = default;
  [[nodiscard]] virtual std::size_t threads() const noexcept { return 1; }
  virtual void read(const std::stop_token& halt) = 0;
};

/// Positions after `after` up to `to`, cut into pages that several threads read at once.
[[nodiscard]] std::unique_ptr<PageReader> read_positions(const ReaderContext& context, EventStore& store,
                                                         Position after, Position to, std::size_t threads);
/// One aggregate after another.
[[nodiscard]] std::unique_ptr<PageReader> read_aggregates(const ReaderContext& context, EventStore& store);
/// Every segment from its mark on.
[[nodiscard]] std::unique_ptr<PageReader> read_segments(const ReaderContext& context, EventScan& scan,
                                                        std::vector<ScanMark> marks, std::size_t threads);
/// Every partition from `begin` (in the order of partitions) up to `heads`.
[[nodiscard]] std::unique_ptr<PageReader> read_feed(const ReaderContext& context, EventFeed& feed,
                                                    std::vector<Position> begin, std::vector<Position> heads);

}  // namespace leftfold::inline v0::runtime
