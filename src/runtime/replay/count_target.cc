// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/count_target.h"

#include <algorithm>

namespace leftfold::inline v0::runtime {

// A scan may bring an event twice; a count that is off by these is what a dry run can say without remembering all.
void CountTarget::handle(const ReplayPage& page, const std::stop_token&) {
  const std::scoped_lock lock{mutex_};
  for (const auto& run : page.runs) {
    for (const RecordedEvent& event : run) {
      if (!context_.filter.wants(event)) continue;
      const auto at = types_.find(event.type);
      if (at == types_.end()) {
        types_.emplace(event.type, 1);
      } else {
        ++at->second;
      }
    }
  }
}

std::vector<ReplayProgress::Type> CountTarget::types() const {
  std::vector<ReplayProgress::Type> all;
  {
    const std::scoped_lock lock{mutex_};
    for (const auto& [type, events] : types_) all.push_back({type, events});
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.events != b.events ? a.events > b.events : a.type < b.type; });
  return all;
}

std::uint64_t CountTarget::of(const HandlerTable& table) const {
  const std::scoped_lock lock{mutex_};
  std::uint64_t all = 0;
  for (const auto& [type, events] : types_) all += table.handles(type) ? events : 0;
  return all;
}

}  // namespace leftfold::inline v0::runtime
