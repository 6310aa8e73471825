// SPDX-License-Identifier: Apache-2.0
#include "cli/causal_tree.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "cli/event_links.h"

namespace leftfold::inline v0::cli {

std::vector<CausalLine> causal_tree(const std::vector<EventCopy>& events) {
  std::vector<const EventCopy*> stored;
  for (const EventCopy& each : events) stored.push_back(&each);
  std::sort(stored.begin(), stored.end(), [](const EventCopy* a, const EventCopy* b) {
    return std::tie(a->position, a->committed_at, a->aggregate_id, a->version) <
           std::tie(b->position, b->committed_at, b->aggregate_id, b->version);
  });
  std::map<std::string, const EventCopy*> by_id;
  for (const EventCopy* each : stored) by_id.emplace(each->id.to_string(), each);
  std::map<const EventCopy*, std::vector<const EventCopy*>> caused;
  std::vector<const EventCopy*> roots;
  for (const EventCopy* each : stored) {
    const auto cause = by_id.find(links_of(each->view()).causation_id);
    (cause == by_id.end() ? roots : caused[cause->second]).push_back(each);
  }
  std::vector<CausalLine> lines;
  std::map<const EventCopy*, bool> placed;
  const auto place = [&](const EventCopy* root) {  // with a stack of its own: a chain may be long
    std::vector<CausalLine> next{{root, 0}};
    while (!next.empty()) {
      const CausalLine line = next.back();
      next.pop_back();
      if (std::exchange(placed[line.event], true)) continue;
      lines.push_back(line);
      const auto& behind = caused[line.event];
      for (auto each = behind.rbegin(); each != behind.rend(); ++each) next.push_back({*each, line.depth + 1});
    }
  };
  for (const EventCopy* root : roots) place(root);
  for (const EventCopy* each : stored) place(each);  // those that say they caused each other
  return lines;
}

}  // namespace leftfold::inline v0::cli
