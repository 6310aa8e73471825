// SPDX-License-Identifier: Apache-2.0
// A market's orders as their first program wrote them. It is history: never change it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/app.h>
#include <leftfold/listener.h>
#include <leftfold/repository.h>

namespace market_v1 {

// [events]
struct ItemAdded {
  std::string sku;
  int qty = 1;
  double price = 0;
};
struct CustomerGiven {
  std::string name;
  std::string street;
  std::string city;
};
struct OrderViewed {
  std::string page;
};
struct OrderPaid {
  double total = 0;
};
using OrderEvents = leftfold::Events<ItemAdded, CustomerGiven, OrderViewed, OrderPaid>;
// [/events]

struct OrderState {
  double total = 0;
  bool paid = false;
  void apply(const ItemAdded& e) { total += e.qty * e.price; }
  void apply(const CustomerGiven&) {}
  void apply(const OrderViewed&) {}
  void apply(const OrderPaid&) { paid = true; }
};

class Order : public leftfold::AggregateRoot<OrderState, OrderEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void give_customer(std::string name, std::string street, std::string city) {
    create_event(CustomerGiven{std::move(name), std::move(street), std::move(city)});
  }
  void add(std::string sku, int qty, double price) { create_event(ItemAdded{std::move(sku), qty, price}); }
  void view() { create_event(OrderViewed{"order"}); }
  void pay() { create_event(OrderPaid{state().total}); }
};

// Who lives where.
struct Labels : leftfold::Listener<OrderEvents> {
  void on(const CustomerGiven& e) { printed.push_back(e.name + ", " + e.street + ", " + e.city); }
  std::vector<std::string> printed;
};

inline void write_history(const leftfold::Repository<Order>& orders) {
  (void)orders.execute("order-1", [](Order& order) {
    order.give_customer("Ada", "12 Row", "London");
    order.add("apple", 3, 0.1);
    order.view();
    order.add("pear", 1, 0.29);
    order.pay();
  });
  (void)orders.execute("order-2", [](Order& order) {
    order.give_customer("Zuse \"Z3\" ü", "Straße 1", "Berlin");
    order.add("wire", 2000000000, 1234567.89);
  });
}

inline void register_in(leftfold::App& app) {
  app.aggregate<Order>();
  app.listener<Labels>();
}

}  // namespace market_v1
