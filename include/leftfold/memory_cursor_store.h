// SPDX-License-Identifier: Apache-2.0
// Cursors in memory: for tests, and for a Publisher that may publish everything again after a restart.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <leftfold/cursor_store.h>

namespace leftfold::inline v0 {

/// Keeps every promise of CursorStore except durability: what it holds ends with it. A cursor never goes back, except
/// by remove(). Any thread.
class MemoryCursorStore final : public CursorStore {
 public:
  [[nodiscard]] std::vector<Version> load(std::span<const std::string_view> aggregate_ids) override;
  void advance(std::span<const PublishCursor> cursors) override;
  bool remove(std::string_view aggregate_id) override;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  std::mutex mutex_;
  std::unordered_map<std::string, Version, Hash, std::equal_to<>> cursors_;
};

}  // namespace leftfold::inline v0
