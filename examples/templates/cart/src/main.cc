// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <system_error>

#include <leftfold/app.h>
#include <leftfold/cli.h>

#include "best_sellers.h"
#include "cart.h"
#include "write_receipt.h"

using Arguments = std::span<const std::string>;

int usage(const char* text) {
  std::cerr << "usage: " << text << '\n';
  return 2;
}

int add(leftfold::App& app, Arguments arguments, const std::stop_token&) {
  int quantity = 1;
  if (arguments.size() == 3) {
    const std::string& text = arguments[2];
    const auto read = std::from_chars(text.data(), text.data() + text.size(), quantity);
    if (read.ec != std::errc{} || *read.ptr != '\0') return usage("add CART PRODUCT [QUANTITY]");
  } else if (arguments.size() != 2) {
    return usage("add CART PRODUCT [QUANTITY]");
  }
  app.repository<Cart>().execute(arguments[0], [&](Cart& cart) { cart.add(arguments[1], quantity); });
  return 0;
}

int buy(leftfold::App& app, Arguments arguments, const std::stop_token&) {
  if (arguments.size() != 1) return usage("buy CART");
  app.repository<Cart>().execute(arguments[0], [](Cart& cart) { cart.buy(); });
  return 0;
}

int main(int argc, char** argv) {
  leftfold::App app{"cart_app"};
  app.aggregate<Cart>();
  const BestSellers& best = app.projector<BestSellers>(app.read_tables());
  app.listener<WriteReceipt>("receipts");

  app.command("add", "CART PRODUCT [QUANTITY]: put something into a cart", add);
  app.command("buy", "CART: buy what is in it", buy);
  app.command("best", "what sells best, as far as `run` has come", [&](auto&, auto, const auto&) {
    std::multimap<std::int64_t, std::string, std::greater<>> sorted;
    for (const auto& [product, row] : best.table.rows()) sorted.emplace(row.quantity, product);
    for (const auto& [quantity, product] : sorted) std::cout << quantity << ' ' << product << '\n';
    return 0;
  });
  return leftfold::cli::run(argc, argv, app);
}
