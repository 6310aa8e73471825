// SPDX-License-Identifier: Apache-2.0
// An aggregate, a store and snapshots that the tests of snapshots share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/snapshots.h>
#include <leftfold/testing/faulty_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/core/cart.h"
#include "unit/core/snapshot_support.h"

namespace cart_tests {

using leftfold::AppendRequest;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::SnapshotPolicy;
using leftfold::Snapshots;
using leftfold::StoredSnapshot;
using leftfold::Version;
using leftfold::test_core::HookedSnapshotStore;
using leftfold::test_core::loads;
using leftfold::test_core::writes;
using leftfold::testing::FaultyStore;
using leftfold::testing::StoreCall;
using leftfold::testing::VirtualClock;

/// Hands each page that is read to the test first.
class ReadingStore final : public leftfold::EventStore {
 public:
  using Look = std::function<leftfold::EventPage(leftfold::EventPage)>;
  ReadingStore(EventStore& inner, Look look) : inner_{inner}, look_{std::move(look)} {}
  leftfold::AppendResult append(const AppendRequest& request) override { return inner_.append(request); }
  leftfold::EventPage read_stream(std::string_view id, Version from, std::size_t max) override {
    return look_(inner_.read_stream(id, from, max));
  }
  leftfold::EventPage read_all(leftfold::Position after, std::size_t max) override {
    return inner_.read_all(after, max);
  }
  leftfold::Position head() override { return inner_.head(); }
  std::optional<leftfold::Appended> find_append(std::string_view id, std::string_view key) override {
    return inner_.find_append(id, key);
  }

 private:
  EventStore& inner_;
  const Look look_;
};

class SnapshotsTest : public ::testing::Test {
 protected:
  void add(const Repository<Cart>& to, int events, std::string_view id = "cart-1") {
    for (int i = 0; i < events; ++i) {
      to.execute(id, [](Cart& cart) { cart.add_item("apple", 1); });
      ASSERT_TRUE(snapshots.flush());
    }
  }
  std::optional<StoredSnapshot> stored(std::string_view id = "cart-1") { return kept.inner.load(id, schema); }
  Version stored_version() { return stored() ? stored()->version : Version::none(); }
  Repository<Cart> repository(SnapshotPolicy policy) {
    return Repository<Cart>{store, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = policy}};
  }
  /// What is stored, changed by the test.
  template <class Change>
  void tamper(Change change) {
    StoredSnapshot snapshot = stored().value();
    kept.inner.remove(snapshot.aggregate_id, snapshot.schema);
    change(snapshot);
    kept.inner.save(snapshot);
  }

  const std::string schema = leftfold::snapshot_schema<Cart>();
  VirtualClock clock;
  leftfold::Metrics metrics;
  MemoryStore memory{clock};
  FaultyStore store{memory, clock};
  HookedSnapshotStore kept;
  Snapshots snapshots{kept, {.clock = &clock, .metrics = &metrics}};
  Repository<Cart> plain{memory, {.clock = &clock}};
  Repository<Cart> carts = repository({.every = 10});
};

}  // namespace cart_tests
