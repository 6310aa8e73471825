// SPDX-License-Identifier: Apache-2.0
// The Node library's snapshots, which lie between the events: passed over, or folded from where the state says so.
#include <gtest/gtest.h>

#include <leftfold/error.h>
#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>

#include "unit/core/cart.h"

namespace cart_tests {
namespace {

using leftfold::AppendRequest;
using leftfold::Errc;
using leftfold::Error;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::Version;

struct NodeState {
  static constexpr bool reads_node_snapshots = true;
  std::map<std::string, int> items;
  std::int64_t total = 0;
  void apply(const CartItemAdded& e) {
    items[e.product_id] += e.quantity;
    total += e.quantity;
    ++applied;
  }
  static inline int applied = 0;
};
class NodeCart : public leftfold::AggregateRoot<NodeState, leftfold::Events<CartItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add(int n) { create_event(CartItemAdded{"apple", n}); }
};

class NodeSnapshotsTest : public ::testing::Test {
 protected:
  NodeSnapshotsTest() { NodeState::applied = 0; }
  void put(std::string type, std::string payload) {
    const AppendRequest request{
        "cart", next_, {{leftfold::Uuid::v7({}), std::move(type), std::move(payload), {}, 1}}, {}};
    ASSERT_TRUE(std::holds_alternative<leftfold::Appended>(store.append(request)));
    next_ = next_.next();
  }
  void add(int quantity = 1) {
    put("CartItemAdded", R"({"product_id":"apple","quantity":)" + std::to_string(quantity) + "}");
  }

  MemoryStore store;
  Repository<NodeCart> carts{store};

 private:
  Version next_;
};

TEST_F(NodeSnapshotsTest, FoldingBeginsBehindTheLastThatFits) {
  add(2);
  add(3);
  put("$Snapshot", R"({"total":5.0,"items":{"apple":5}})");  // members and numbers as another library writes them
  add(4);
  put("$Snapshot", R"({"items":{"apple":9},"total":9})");
  add(1);
  const NodeCart cart = carts.load("cart");
  EXPECT_EQ(NodeState::applied, 1);
  EXPECT_EQ(cart.version(), Version{5});
  EXPECT_EQ(cart.state().total, 10);
  EXPECT_EQ(cart.state().items.at("apple"), 10);
  carts.execute("cart", [](NodeCart& c) { c.add(1); });
  EXPECT_EQ(carts.load("cart").state().total, 11);
}

TEST_F(NodeSnapshotsTest, OneThatDoesNotFitIsPassedOver) {
  add(2);
  for (const char* misfit : {R"({"items":{"apple":2}})",                       // a field is missing
                             R"({"items":{"apple":2},"total":2,"note":"x"})",  // one too many
                             R"({"items":[],"total":2})", R"({"items":{},"total":0.5})", "{}", "[]"}) {
    put("$Snapshot", misfit);
    const NodeCart cart = carts.load("cart");
    EXPECT_EQ(cart.state().total, 2) << misfit;
    EXPECT_EQ(cart.state().items.at("apple"), 2) << misfit;
  }
}

TEST_F(NodeSnapshotsTest, TheLimitOfALoadHolds) {
  add(2);
  put("$Snapshot", R"({"items":{"apple":2},"total":2})");
  add(3);
  put("$Snapshot", R"({"items":{"apple":5},"total":5})");
  EXPECT_EQ(carts.load_at("cart", Version{0}).state().total, 2);
  EXPECT_EQ(carts.load_at("cart", Version{1}).version(), Version{1});
  EXPECT_EQ(carts.load_at("cart", Version{2}).state().total, 5);
}

TEST_F(NodeSnapshotsTest, EveryPageHasItsOwn) {
  for (int i = 0; i < 20; ++i) {
    add(1);
    put("$Snapshot", R"({"items":{"apple":)" + std::to_string(i + 1) + R"(},"total":)" + std::to_string(i + 1) + "}");
  }
  for (const std::size_t page : {1U, 3U, 7U, 40U, 100U}) {
    EXPECT_EQ(Repository<NodeCart>(store, {.page_events = page}).load("cart").state().total, 20) << page;
  }
}

TEST_F(NodeSnapshotsTest, EventsInFrontOfItNeedNoStructAnyMore) {
  put("CartMerged", "{}");
  put("$Snapshot", R"({"items":{"apple":7},"total":7})");
  add(1);
  EXPECT_EQ(carts.load("cart").state().total, 8);
  put("CartMerged", "{}");
  EXPECT_THROW((void)carts.load("cart"), Error);
}

TEST_F(NodeSnapshotsTest, AHistoryShowsWhatLoadsGive) {
  add(2);
  put("$Snapshot", R"({"items":{"apple":7},"total":7})");  // the Node program counted otherwise
  add(3);
  put("$Snapshot", R"({"items":{}})");  // does not fit
  add(1);
  for (const std::int64_t from : {0, 1, 2, 3, 4}) {
    leftfold::History history = carts.history("cart", {.from = Version{from}});
    std::int64_t version = from;
    for (; const auto step = history.next(); ++version) {
      EXPECT_EQ(step->state, leftfold::to_json(carts.load_at("cart", Version{version}).state())) << from;
    }
    EXPECT_EQ(version, 5);
  }
}

struct NodeStateFolded {
  std::map<std::string, int> items;
  std::int64_t total = 0;
  void apply(const CartItemAdded& e) {
    items[e.product_id] += e.quantity;
    total += e.quantity;
  }
};
namespace folded {
class NodeCart : public leftfold::AggregateRoot<NodeStateFolded, leftfold::Events<CartItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
};
}  // namespace folded

TEST_F(NodeSnapshotsTest, AProgramThatDoesNotReadThemHasSnapshotsOfItsOwn) {
  EXPECT_NE(leftfold::snapshot_schema<NodeCart>(), leftfold::snapshot_schema<folded::NodeCart>());
}

TEST_F(NodeSnapshotsTest, AStateThatDoesNotAskForThemPassesOverThem) {
  add(2);
  put("$Snapshot", R"({"items":{"apple":99},"checked_out":true})");
  add(3);
  const Cart cart = Repository<Cart>{store}.load("cart");
  EXPECT_EQ(cart.state().items.at("apple"), 5);
  EXPECT_FALSE(cart.state().checked_out);
  EXPECT_EQ(cart.version(), Version{2});
}

}  // namespace
}  // namespace cart_tests
