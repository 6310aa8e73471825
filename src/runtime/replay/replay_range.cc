// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/replay_range.h"

#include <algorithm>

namespace leftfold::inline v0::runtime {

Position last_before(EventStore& store, Timestamp time, Position head) {
  std::int64_t before = 0;
  std::int64_t last = head.value();
  while (before < last) {
    const std::int64_t middle = before + (last - before + 1) / 2;
    const EventPage page = store.read_all(Position{middle - 1}, 1);
    if (!page.empty() && page[0].committed_at < time) {
      before = std::max(middle, std::min(page[0].position.value(), last));
    } else {
      last = middle - 1;
    }
  }
  return Position{before};
}

ReplayRange range_of(const ReplayOptions& options, EventStore& store) {
  const Position head = store.head();
  ReplayRange range{Position::start(), head};
  if (options.from > Position::start()) range.after = Position{options.from.value() - 1};
  if (options.to > Position::start()) range.to = std::min(options.to, head);
  if (!store.is_in_time_order()) return range;  // then the filter alone knows the times
  if (options.since) range.after = std::max(range.after, last_before(store, *options.since, head));
  if (options.until) range.to = std::min(range.to, last_before(store, *options.until, head));
  return range;
}

}  // namespace leftfold::inline v0::runtime
