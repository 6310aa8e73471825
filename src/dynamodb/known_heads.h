// SPDX-License-Identifier: Apache-2.0
// What this process knows of the aggregates it read or wrote.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <leftfold/types.h>

namespace leftfold::inline v0::dynamodb {

/// The last version of an aggregate as this process saw it: events are never changed, so it exists for ever, and it was
/// the end of a commit. Spares an append the question whether the expected version is there. Any thread; bounded.
class KnownHeads {
 public:
  [[nodiscard]] std::optional<Version> find(std::string_view aggregate_id) const {
    const std::scoped_lock lock{mutex_};
    const auto found = heads_.find(std::string{aggregate_id});
    return found == heads_.end() ? std::nullopt : std::optional{found->second};
  }

  void saw(std::string_view aggregate_id, Version last) {
    if (last == Version::none()) return;
    const std::scoped_lock lock{mutex_};
    if (heads_.size() >= kMost) heads_.clear();
    const auto [entry, added] = heads_.try_emplace(std::string{aggregate_id}, last);
    if (!added && entry->second < last) entry->second = last;
  }

 private:
  static constexpr std::size_t kMost = 20'000;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Version> heads_;
};

}  // namespace leftfold::inline v0::dynamodb
