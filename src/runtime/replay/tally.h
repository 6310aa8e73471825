// SPDX-License-Identifier: Apache-2.0
// What a replay has done so far, counted by its threads and read by whoever asks.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0::runtime {

/// Of one projector. Any thread.
struct ProjectorTally {
  std::string name;
  bool whole = false;
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> skipped{0};
  std::atomic<std::uint64_t> parked{0};
  std::atomic<std::int64_t> done{0};  // position
};

/// The first event of a replay that was skipped or parked. Any thread.
class FirstError {
 public:
  void note(std::string_view text) {
    const std::scoped_lock lock{mutex_};
    if (text_.empty()) text_ = text;
  }
  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock{mutex_};
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace leftfold::inline v0::runtime
