// SPDX-License-Identifier: Apache-2.0
// Connections that nobody uses at the moment, kept open for the next one who reads.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace leftfold::inline v0::sqlite {

/// Any thread.
template <class Reader>
class IdleReaders {
 public:
  /// Keeps at most so many; the others are closed when they are put back.
  explicit IdleReaders(std::size_t most) : most_{most} {}

  /// Null when there is none: open another.
  [[nodiscard]] std::unique_ptr<Reader> take() {
    const std::lock_guard lock{mutex_};
    if (idle_.empty()) return nullptr;
    std::unique_ptr<Reader> reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }
  /// Not after an exception: a new connection looks at the file afresh.
  void put_back(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock{mutex_};
    if (idle_.size() < most_) idle_.push_back(std::move(reader));
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;
};

}  // namespace leftfold::inline v0::sqlite
