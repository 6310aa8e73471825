// SPDX-License-Identifier: Apache-2.0
// A shop: carts, what sells, receipts. `shop simulate` sends customers through it in one process; `shop serve`, `shop
// run`, `shop publisher run` are its services, `shop drive` their customers. `shop --help` shows the rest.
#include <iostream>

#include <leftfold/leftfold.h>

#include "shop/cart.h"
#include "shop/hot_products.h"
#include "shop/receipts.h"
#include "shop/receipts_file.h"
#include "shop/services.h"
#include "shop/simulate.h"
#include "shop/simulation.h"
#include "shop/verify.h"

// [main]
int main(int argc, char** argv) {
  leftfold::App app{"shop"};
  shop::Mail mail{[&app] { return shop::receipts_file(app); }};
  app.aggregate<shop::Cart>();
  app.aggregate<shop::Simulation>();
  app.projector<shop::HotProducts>(app.read_tables());
  app.listener<shop::SendReceipt>(mail);
  app.command(
      "simulate", "[--customers 10000] [--threads 4]: send customers through the shop, then check the totals",
      [&mail](leftfold::App& a, auto arguments, const auto& stop) { return shop::simulate(a, mail, arguments, stop); });
  app.command("hot", "what sells best", [](leftfold::App& a, auto, const auto&) {
    shop::print_hot_products(a.read_tables(), std::cout);
    return 0;
  });
  app.command("verify", "[--timeout 60]: compare the tables with a fold of the store, once the handlers are at its end",
              [&mail](leftfold::App& a, auto arguments, const auto& stop) {
                return shop::verify_command(a, mail, arguments, stop);
              });
  shop::add_services(app);  // serve, drive
  return leftfold::cli::run(argc, argv, app);
}
// [/main]
