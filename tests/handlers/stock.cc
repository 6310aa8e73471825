// SPDX-License-Identifier: Apache-2.0
// A library with a view of its own of the events that parcels.cc has too: types of the same names, with other fields.
#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include <leftfold/handler_library.h>
#include <leftfold/leftfold.h>

struct CartItemAdded {
  std::optional<int> price;
  std::string product_id;
  int quantity = 1;
};
using CartEvents = leftfold::Events<CartItemAdded>;

struct Taken : leftfold::Projector<CartEvents> {
  explicit Taken(leftfold::SqliteReadModel& d) : db{d} {}
  leftfold::SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS taken");
    db.execute("CREATE TABLE taken(product TEXT PRIMARY KEY, quantity INTEGER)");
  }
  void on(const CartItemAdded& e) {
    db.execute("INSERT INTO taken VALUES(?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
               e.product_id, e.quantity);
  }
  leftfold::SqliteReadModel& db;
};

// What it throws is understood on the other side.
struct CheckStock : leftfold::Listener<CartEvents> {
  void on(const CartItemAdded& e, const leftfold::EventMetadata& meta) {
    if (e.product_id == "unicorn") throw leftfold::Park{"no unicorn in stock for " + meta.aggregate_id};
  }
};

namespace {

int show(leftfold::App& app, std::span<const std::string>, const std::stop_token&) {
  struct Row {
    std::string product;
    int quantity = 0;
  };
  for (const Row& row : app.read_model().query<Row>("SELECT product, quantity FROM taken ORDER BY product")) {
    std::printf("%d %s\n", row.quantity, row.product.c_str());
  }
  std::fflush(stdout);
  return 0;
}

}  // namespace

extern "C" leftfold::HandlerLibrary leftfold_handlers() {
  return leftfold::handler_library("stock", [](leftfold::App& app) {
    app.projector<Taken>(app.read_model());
    app.listener<CheckStock>();
    app.command("stock-taken", "what was taken out of the stock", show);
  });
}
