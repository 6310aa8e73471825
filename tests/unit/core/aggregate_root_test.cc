// SPDX-License-Identifier: Apache-2.0
#include <leftfold/aggregate_root.h>

#include <gtest/gtest.h>

#include "unit/core/cart.h"

namespace cart_tests {
namespace {

using leftfold::Version;

TEST(AggregateRoot, IsEmptyBeforeItsFirstEvent) {
  const Cart cart{"cart-1"};
  EXPECT_EQ(cart.id(), "cart-1");
  EXPECT_EQ(cart.version(), Version::none());
  EXPECT_EQ(cart.stored_version(), Version::none());
  EXPECT_FALSE(cart.exists());
  EXPECT_TRUE(cart.uncommitted().empty());
}

TEST(AggregateRoot, AppliesWhatACommandCreates) {
  Cart cart{"cart-1"};
  cart.add_item("apple", 2);
  cart.add_item("apple", 3);
  EXPECT_EQ(cart.state().items.at("apple"), 5);
  EXPECT_EQ(cart.version(), Version{1});
  EXPECT_EQ(cart.stored_version(), Version::none());
  EXPECT_TRUE(cart.exists());
  ASSERT_EQ(cart.uncommitted().size(), 2U);
  EXPECT_EQ(std::get<CartItemAdded>(cart.uncommitted()[1]).quantity, 3);
}

TEST(AggregateRoot, CreatesNothingWhenACommandRefuses) {
  Cart cart{"cart-1"};
  cart.check_out();
  EXPECT_THROW(cart.add_item("apple", 1), CartIsClosed);
  EXPECT_EQ(cart.version(), Version{0});
  EXPECT_EQ(cart.uncommitted().size(), 1U);
}

TEST(AggregateRoot, KeepsTheVersionWhenApplyThrows) {
  struct Refused {};
  struct State {
    void apply(const Refused&) { throw std::runtime_error{"apply"}; }
  };
  struct Root : leftfold::AggregateRoot<State, leftfold::Events<Refused>> {
    using AggregateRoot::AggregateRoot;
    void refuse() { create_event(Refused{}); }
  };
  Root root{"r"};
  EXPECT_THROW(root.refuse(), std::runtime_error);
  EXPECT_EQ(root.version(), Version::none());
  EXPECT_TRUE(root.uncommitted().empty());
}

}  // namespace
}  // namespace cart_tests
