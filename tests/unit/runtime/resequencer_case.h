// SPDX-License-Identifier: Apache-2.0
// What tests of a Resequencer share: its parts, which do what a test says, and time that a test moves.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/memory_cursor_store.h>

#include "runtime/resequencer.h"
#include "unit/runtime/resequencer_support.h"

namespace leftfold::runtime_test {

using runtime::ChangeLane;
using runtime::Resequencer;

/// Counts how often it is asked.
class CountedCursors final : public CursorStore {
 public:
  std::vector<Version> load(std::span<const std::string_view> ids) override {
    ++loads;
    return cursors.load(ids);
  }
  void advance(std::span<const PublishCursor> moved) override { cursors.advance(moved); }
  bool remove(std::string_view id) override { return cursors.remove(id); }
  void set(const std::string& id, std::int64_t version) {
    const std::vector<PublishCursor> moved{{id, Version{version}}};
    cursors.advance(moved);
  }
  int loads = 0;
  MemoryCursorStore cursors;
};

struct ResequencerCase : ::testing::Test {
  ResequencerCase() {
    options.clock = &clock;
    options.metrics = &metrics;
  }
  Resequencer& make() { return *(made = std::make_unique<Resequencer>(store, cursors, sink, options)); }
  static std::size_t take(Resequencer& it, ChangeLane& lane, Changes& changes) {
    return it.take(lane, changes.page(), {});
  }
  /// Lets time pass until `done`, at most for ten minutes of the virtual clock.
  template <class Done>
  void settle_until(Resequencer& it, Done done) {
    const Instant end = clock.instant() + std::chrono::minutes{10};
    while (!done() && clock.instant() < end) it.settle({}, clock.instant() + std::chrono::seconds{1});
    EXPECT_TRUE(done());
  }
  void settle(Resequencer& it) {
    settle_until(it, [&] { return it.at_rest(); });
  }
  static std::string text(const std::vector<PublishCursor>& cursors) {
    std::string all;
    for (const auto& [id, published] : cursors) all += id + "=" + std::to_string(published.value()) + " ";
    return all;
  }
  [[nodiscard]] double metric(const std::string& name) const {
    const std::string text = metrics.prometheus();
    const std::size_t at = text.find("\n" + name + " ");
    EXPECT_NE(at, std::string::npos) << name << " is not in\n" << text;
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  testing::VirtualClock clock;
  ScriptedStore store;
  CountedCursors cursors;
  ScriptedSink sink{clock};
  Metrics metrics;
  runtime::ResequencerOptions options;
  Changes changes;
  std::unique_ptr<Resequencer> made;
};

}  // namespace leftfold::runtime_test
