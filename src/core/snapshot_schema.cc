// SPDX-License-Identifier: Apache-2.0
#include <leftfold/snapshot_schema.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/snapshot_body.h"

namespace leftfold::inline v0::detail {

std::string make_schema(std::string_view aggregate, int state_version, const StateShape& state,
                        std::span<const EventShape> events) {
  // By name: the order of the list means nothing.
  std::vector<EventShape> sorted{events.begin(), events.end()};
  std::ranges::sort(sorted, {}, &EventShape::name);
  std::string text = "leftfold snapshot 1\nstate " + json::structure(*state.type) + '\n';
  if (state.reads_node_snapshots) text += "reads node snapshots\n";
  for (const EventShape& event : sorted) {
    text.append("event ").append(event.name).append("/").append(std::to_string(event.version)).append(" ");
    text.append(json::structure(*event.type)).append("\n");
  }
  std::string schema{aggregate};
  return schema.append("/").append(std::to_string(state_version)).append("/").append(hash_text(text));
}

}  // namespace leftfold::inline v0::detail
