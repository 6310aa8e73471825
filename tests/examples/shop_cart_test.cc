// SPDX-License-Identifier: Apache-2.0
// The cart's rules, as given, when, then.
#include <gtest/gtest.h>

#include <leftfold/testing/given.h>

#include "shop/cart.h"
#include "shop/simulation.h"

namespace shop {
namespace {

using leftfold::testing::given;

// [given]
TEST(ShopCart, an_item_goes_into_the_cart) {
  given<Cart>(CartItemAdded{"apple", 1})
      .when([](Cart& cart) { cart.add_item("pear", 2); })
      .then(CartItemAdded{"pear", 2});
}
// [/given]

TEST(ShopCart, an_item_can_be_taken_out_again) {
  given<Cart>(CartItemAdded{"apple", 3})
      .when([](Cart& cart) { cart.remove_item("apple", 2); })
      .then(CartItemRemoved{"apple", 2})
      .then_state([](const CartState& s) { return s.items.at("apple") == 1 && s.quantity == 1; });
}

TEST(ShopCart, no_more_can_be_taken_out_than_is_in) {
  given<Cart>(CartItemAdded{"apple", 1})
      .when([](Cart& cart) { cart.remove_item("apple", 2); })
      .then_throws<CartRefused>("does not hold 2 of apple")
      .when([](Cart& cart) { cart.remove_item("pear", 1); })
      .then_throws<CartRefused>("does not hold 1 of pear");
}

TEST(ShopCart, a_quantity_is_one_or_more) {
  given<Cart>()
      .when([](Cart& cart) { cart.add_item("apple", 0); })
      .then_throws<CartRefused>("1 or more")
      .when([](Cart& cart) { cart.remove_item("apple", -1); })
      .then_throws<CartRefused>();
}

TEST(ShopCart, an_eleventh_product_is_refused_but_more_of_one_is_not) {
  auto cart = given<Cart>();
  (void)cart.when([](Cart& c) {
    for (int i = 0; i < 10; ++i) c.add_item("product-" + std::to_string(i), 1);
  });
  cart.then_state([](const CartState& s) { return s.items.size() == 10; })
      .when([](Cart& c) { c.add_item("one too many", 1); })
      .then_throws<CartRefused>("full");
  cart.when([](Cart& c) { c.add_item("product-3", 5); }).then_state([](const CartState& s) {
    return s.quantity == 15;
  });
}

TEST(ShopCart, a_check_out_says_how_many_items_were_bought) {
  given<Cart>(CartItemAdded{"apple", 2}, CartItemAdded{"pear", 3}, CartItemRemoved{"pear", 1})
      .when([](Cart& cart) { cart.check_out(); })
      .then(CartCheckedOut{4});
}

TEST(ShopCart, a_second_check_out_changes_nothing) {
  given<Cart>(CartItemAdded{"apple", 2}, CartCheckedOut{2}).when([](Cart& cart) { cart.check_out(); }).then_nothing();
}

TEST(ShopCart, an_empty_cart_cannot_be_checked_out) {
  given<Cart>(CartItemAdded{"apple", 2}, CartItemRemoved{"apple", 2})
      .when([](Cart& cart) { cart.check_out(); })
      .then_throws<CartRefused>("is empty");
}

TEST(ShopCart, a_checked_out_cart_does_not_change) {
  given<Cart>(CartItemAdded{"apple", 2}, CartCheckedOut{2})
      .when([](Cart& cart) { cart.add_item("pear", 1); })
      .then_throws<CartRefused>("is checked out")
      .when([](Cart& cart) { cart.remove_item("apple", 1); })
      .then_throws<CartRefused>("is checked out");
}

TEST(ShopSimulation, the_next_run_has_the_next_customers) {
  given<Simulation>(SimulationStarted{1, 100}, SimulationFinished{})
      .when([](Simulation& s) { s.start_or_go_on(50); })
      .then(SimulationStarted{101, 50});
}

TEST(ShopSimulation, a_run_that_did_not_finish_goes_on) {
  given<Simulation>(SimulationStarted{1, 100})
      .when([](Simulation& s) { s.start_or_go_on(50); })
      .then_nothing()
      .when([](Simulation& s) { s.finish(); })
      .then(SimulationFinished{})
      .when([](Simulation& s) { s.finish(); })
      .then_nothing();
}

}  // namespace
}  // namespace shop
