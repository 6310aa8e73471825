// SPDX-License-Identifier: Apache-2.0
#include "runtime/offset_window.h"

#include <algorithm>

namespace leftfold::inline v0::detail {

void OffsetWindow::open(Position position) {
  entries_.push_back({position, false, false});
  ++span_;
  last_ = position;
}

void OffsetWindow::pass(Position position) {
  if (entries_.empty()) {
    done_ = position;
  } else if (entries_.back().passed) {
    entries_.back().position = position;
  } else {
    entries_.push_back({position, true, true});
  }
  last_ = position;
}

bool OffsetWindow::finish(Position position) noexcept {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), position,
                                   [](const Entry& entry, Position p) { return entry.position < p; });
  at->finished = true;
  if (at != entries_.begin()) return false;
  drop_finished();
  return true;
}

void OffsetWindow::advance(Position done) {
  if (done <= done_) return;
  done_ = done;
  last_ = std::max(last_, done);
  while (!entries_.empty() && entries_.front().position <= done) {
    if (!entries_.front().passed) --span_;
    entries_.pop_front();
  }
  drop_finished();
}

void OffsetWindow::drop_finished() noexcept {
  while (!entries_.empty() && entries_.front().finished) {
    done_ = entries_.front().position;
    if (!entries_.front().passed) --span_;
    entries_.pop_front();
  }
}

}  // namespace leftfold::inline v0::detail
