// SPDX-License-Identifier: Apache-2.0
// Which events caused which.
#pragma once

#include <cstddef>
#include <vector>

#include <leftfold/event_copy.h>

namespace leftfold::inline v0::cli {

/// A line of the tree.
struct CausalLine {
  const EventCopy* event = nullptr;
  std::size_t depth = 0;  ///< 0: no other event of these caused it
};

/// The events as they were stored, each followed by what it caused. An event whose cause is not among them begins a
/// tree. The events must outlive the result.
[[nodiscard]] std::vector<CausalLine> causal_tree(const std::vector<EventCopy>& events);

}  // namespace leftfold::inline v0::cli
