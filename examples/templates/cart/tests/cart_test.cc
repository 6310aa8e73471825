// SPDX-License-Identifier: Apache-2.0
#include "cart.h"

#include <leftfold/testing/given.h>

#include "run_tests.h"

using leftfold::testing::given;

int main() {
  return run_tests({
      {"what is put in can be bought",
       [] {
         given<Cart>(ProductAdded{"apple", 2}, ProductAdded{"pear", 1})
             .when([](Cart& cart) { cart.buy(); })
             .then(CartBought{3});
       }},
      {"nothing can be bought from an empty cart",
       [] {
         given<Cart>(ProductAdded{"apple", 2}, CartEmptied{})
             .when([](Cart& cart) { cart.buy(); })
             .then_throws<Refused>("is empty");
       }},
      {"a cart is bought once",
       [] {
         given<Cart>(ProductAdded{"apple", 2}, CartBought{2})
             .when([](Cart& cart) { cart.buy(); })
             .then_nothing()
             .when([](Cart& cart) { cart.add("pear", 1); })
             .then_throws<Refused>("bought already");
       }},
  });
}
