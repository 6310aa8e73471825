// SPDX-License-Identifier: Apache-2.0
// How far this process is in the partitions it has.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <new>

#include <leftfold/types.h>

namespace leftfold::inline v0::detail {

/// For measuring alone. Any thread.
class PartitionMarks {
 public:
  void set(std::int32_t partition, Position done) noexcept {
    const std::scoped_lock lock{mutex_};
    try {
      marks_[partition] = done;
    } catch (const std::bad_alloc&) {  // a gauge less
    }
  }
  /// Another process may have it now.
  void forget(std::int32_t partition) {
    const std::scoped_lock lock{mutex_};
    marks_.erase(partition);
  }
  void clear() {
    const std::scoped_lock lock{mutex_};
    marks_.clear();
  }
  [[nodiscard]] std::map<std::int32_t, Position> all() const {
    const std::scoped_lock lock{mutex_};
    return marks_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::int32_t, Position> marks_;
};

}  // namespace leftfold::inline v0::detail
