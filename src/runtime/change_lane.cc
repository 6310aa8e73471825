// SPDX-License-Identifier: Apache-2.0
#include "runtime/change_lane.h"

namespace leftfold::inline v0::runtime {

OpenChange* ChangeLane::add(std::string_view sequence, std::size_t events) {
  if (events == 0) {
    (newest_ == nullptr ? done_ : newest_->through).assign(sequence);
    return nullptr;
  }
  if (free_ == nullptr) free_ = &changes_.emplace_back();
  OpenChange& change = *free_;
  change.sequence.assign(sequence);
  free_ = change.after;
  change.lane = this;
  change.events = events;
  change.before = newest_;
  change.after = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->after) = &change;
  newest_ = &change;
  ++open_;
  return &change;
}

void ChangeLane::settle(OpenChange& change) noexcept {
  if (--change.events == 0) change.lane->close(change);
}

// What it reaches to goes to the one before it, or is done.
void ChangeLane::close(OpenChange& change) noexcept {
  std::string& to = change.before == nullptr ? done_ : change.before->through;
  to.swap(change.through.empty() ? change.sequence : change.through);
  (change.before == nullptr ? oldest_ : change.before->after) = change.after;
  (change.after == nullptr ? newest_ : change.after->before) = change.before;
  change.sequence.clear();
  change.through.clear();
  change.before = nullptr;
  change.after = free_;
  free_ = &change;
  --open_;
}

}  // namespace leftfold::inline v0::runtime
