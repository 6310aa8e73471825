// SPDX-License-Identifier: Apache-2.0
// The service that ships orders: it owns no events, it reacts to those of others.
#include <iostream>
#include <string>

#include <leftfold/leftfold.h>

#include "microservices/order.h"

// [handlers]
struct OpenOrders : leftfold::Projector<OrderEvents> {  // a table in shipping.db: each event counts exactly once
  explicit OpenOrders(leftfold::SqliteReadModel& d) : db{d} {}
  leftfold::SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS open_orders");
    db.execute("CREATE TABLE open_orders(id TEXT PRIMARY KEY, product TEXT, quantity INTEGER)");
  }
  void on(const OrderPlaced& e, const leftfold::EventMetadata& meta) {
    db.execute("INSERT INTO open_orders VALUES(?, ?, ?)", meta.aggregate_id, e.product, e.quantity);
  }
  void on(const OrderCancelled&, const leftfold::EventMetadata& meta) {
    db.execute("DELETE FROM open_orders WHERE id = ?", meta.aggregate_id);
  }
  leftfold::SqliteReadModel& db;
};

struct ShipOrder : leftfold::Listener<OrderEvents> {  // at least once: the event's id tells a carrier what repeats
  void on(const OrderPlaced& e, const leftfold::EventMetadata& meta) const {
    std::cout << "ship " + meta.aggregate_id + ": " + e.product + " to " + e.address + "\n" << std::flush;
  }
};
// [/handlers]

struct OpenOrder {  // a row of that table
  std::string id;
  std::string product;
};

int main(int argc, char** argv) {
  // [shipping]
  leftfold::App app{"shipping"};  // tables, dead letters and breakers are in shipping.db, events come from Kafka
  app.settings().set("broker", "kafka:");
  app.settings().set("group", "shipping");
  app.projector<OpenOrders>(app.read_model());
  app.listener<ShipOrder>();
  app.command("open", "print the open orders", [&app](auto&, auto, auto&) {
    for (const auto& order : app.read_model().query<OpenOrder>("SELECT id, product FROM open_orders ORDER BY id")) {
      std::cout << order.id << ' ' << order.product << '\n';
    }
    return 0;
  });
  return leftfold::cli::run(argc, argv, app);
  // [/shipping]
}
