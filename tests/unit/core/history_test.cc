// SPDX-License-Identifier: Apache-2.0
#include <leftfold/history.h>

#include <gtest/gtest.h>

#include <leftfold/error.h>
#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/snapshots.h>
#include <leftfold/testing/faulty_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/core/cart.h"
#include "unit/core/snapshot_support.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::AppendRequest;
using leftfold::Errc;
using leftfold::Error;
using leftfold::History;
using leftfold::HistoryRange;
using leftfold::HistoryStep;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::Version;
using leftfold::json::Difference;
using leftfold::testing::FaultyStore;
using leftfold::testing::StoreCall;
using enum leftfold::json::Difference::Kind;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    const Repository<Cart> plain{memory, {.clock = &clock}};
    const auto run = [&](auto command) {
      plain.execute("cart-1", command);
      clock.advance(1s);
    };
    run([](Cart& cart) {
      cart.add_item("apple", 2);
      cart.add_item("pear", 1);
    });
    run([](Cart& cart) { cart.add_item("apple", 3); });
    run([](Cart& cart) { cart.remove_item("pear"); });
    run([](Cart& cart) { cart.check_out(); });
  }
  std::vector<HistoryStep> steps(const HistoryRange& range = {}, std::string_view id = "cart-1") {
    std::vector<HistoryStep> all;
    History history = carts.history(id, range);
    while (auto step = history.next()) all.push_back(std::move(*step));
    EXPECT_FALSE(history.next());  // and it stays at its end
    return all;
  }

  leftfold::testing::VirtualClock clock;
  const leftfold::Timestamp start = clock.now();
  MemoryStore memory{clock};
  FaultyStore store{memory, clock};
  Repository<Cart> carts{store, {.page_events = 2, .clock = &clock}};
};

TEST_F(HistoryTest, ShowsTheStateAfterEachEventAndWhatItChanged) {
  const std::vector<HistoryStep> all = steps();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].event.type, "CartItemAdded");
  EXPECT_EQ(all[0].event.version, Version{0});
  EXPECT_EQ(all[0].event.committed_at, start);
  EXPECT_EQ(all[0].event.payload, R"({"product_id":"apple","quantity":2})");
  EXPECT_EQ(all[0].state, R"({"items":{"apple":2},"checked_out":false})");
  EXPECT_EQ(all[0].changes, (std::vector<Difference>{{added, "/items/apple", "", "2"}}));
  EXPECT_EQ(all[2].changes, (std::vector<Difference>{{changed, "/items/apple", "2", "5"}}));
  EXPECT_EQ(all[3].changes, (std::vector<Difference>{{removed, "/items/pear", "1", ""}}));
  EXPECT_EQ(all[4].changes, (std::vector<Difference>{{changed, "/checked_out", "false", "true"}}));
  EXPECT_EQ(all[4].state, R"({"items":{"apple":5},"checked_out":true})");
}

TEST_F(HistoryTest, ShowsAPartOfIt) {
  const std::vector<HistoryStep> all = steps();
  const auto same = [&](const std::vector<HistoryStep>& part, std::size_t first, std::size_t count) {
    ASSERT_EQ(part.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(part[i].event.version, all[first + i].event.version);
      EXPECT_EQ(part[i].state, all[first + i].state);
      EXPECT_EQ(part[i].changes, all[first + i].changes);
    }
  };
  same(steps({.from = Version{2}}), 2, 3);
  same(steps({.from = Version{1}, .to = Version{3}}), 1, 3);
  same(steps({.from = Version::none(), .to = Version{0}}), 0, 1);
  same(steps({.from = Version{0}, .until = start + 1s}), 0, 3);
  same(steps({.from = Version{1}, .until = start + 1999ms}), 1, 2);
  same(steps({.from = Version{4}, .until = start + 1s}), 0, 0);
  same(steps({.from = Version{5}}), 0, 0);
  same(steps({.from = Version{99}}), 0, 0);
  same(steps({}, "cart-none"), 0, 0);
}

TEST_F(HistoryTest, ReadsAPageAtATime) {
  History history = carts.history("cart-1");
  EXPECT_EQ(store.calls(StoreCall::read_stream), 0U);
  (void)history.next();
  (void)history.next();
  EXPECT_EQ(store.calls(StoreCall::read_stream), 1U);
  (void)history.next();
  EXPECT_EQ(store.calls(StoreCall::read_stream), 2U);
}

TEST_F(HistoryTest, ItsBeginningMayComeFromASnapshot) {
  leftfold::test_core::HookedSnapshotStore kept;
  leftfold::Metrics metrics;
  leftfold::Snapshots snapshots{kept, {.clock = &clock, .metrics = &metrics}};
  const std::string schema = leftfold::snapshot_schema<Cart>();
  const leftfold::RepositoryOptions options{.clock = &clock, .snapshots = &snapshots, .snapshot_policy = {.every = 1}};
  {
    MemoryStore early{clock};  // of the first three events alone
    AppendRequest request{"cart-1", Version::none(), {}, {}};
    const auto page = memory.read_stream("cart-1", Version::none(), 3);
    for (const auto& event : page)
      request.events.push_back({event.id, std::string{event.type}, std::string{event.payload}, {}, 1});
    leftfold::testing::VirtualClock then{page.back().committed_at};
    MemoryStore same{then};
    (void)same.append(request);
    (void)Repository<Cart>{same, options}.load("cart-1");
    ASSERT_TRUE(snapshots.flush());
    ASSERT_EQ(kept.inner.load("cart-1", schema)->version, Version{2});
  }
  const std::vector<HistoryStep> all = steps();
  carts = Repository<Cart>{store, options};
  const auto part = steps({.from = Version{3}});
  EXPECT_EQ(leftfold::test_core::loads(metrics, "used"), 1);
  ASSERT_EQ(part.size(), 2U);
  EXPECT_EQ(part[0].changes, all[3].changes);
  EXPECT_EQ(part[1].state, all[4].state);
}

TEST_F(HistoryTest, GoesNotOnAfterAnError) {
  store.fail(StoreCall::read_stream, Errc::unavailable, {.first = 2});
  History history = carts.history("cart-1");
  (void)history.next();
  (void)history.next();
  const auto code_of_next = [&] {
    try {
      (void)history.next();
    } catch (const Error& e) {
      return e.code();
    }
    return Errc::internal;
  };
  EXPECT_EQ(code_of_next(), Errc::unavailable);
  EXPECT_EQ(code_of_next(), Errc::invalid_argument);
}

TEST_F(HistoryTest, TheNodeLibrarysSnapshotsChangeNothing) {
  AppendRequest note{"cart-1", Version{4}, {{leftfold::Uuid::v7(clock.now()), "$Snapshot", R"({"any":1})", {}, 1}}, {}};
  ASSERT_TRUE(std::holds_alternative<leftfold::Appended>(memory.append(note)));
  const std::vector<HistoryStep> all = steps();
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all[5].state, all[4].state);
  EXPECT_TRUE(all[5].changes.empty());
}

}  // namespace
}  // namespace cart_tests
