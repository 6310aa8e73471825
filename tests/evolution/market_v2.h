// SPDX-License-Identifier: Apache-2.0
// The same orders a year later. It is history: never change it.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/app.h>
#include <leftfold/listener.h>
#include <leftfold/repository.h>
#include <leftfold/upcast.h>

namespace market_v2 {

// [cents]
inline std::int64_t cents(const leftfold::Json& amount) { return std::llround(amount.as<double>() * 100); }

struct ItemAdded {
  std::string product_id;
  int quantity = 1;
  std::int64_t price_cents = 0;
  std::string note;  // came later: older events have none, and need no upcast for that

  static constexpr int event_version = 2;
  static void from_1(leftfold::Json& payload) {
    payload.rename("sku", "product_id");
    payload.rename("qty", "quantity");
    payload["price_cents"] = cents(payload.take("price", 0));
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
// [/cents]
struct CustomerGiven {
  std::string name;
  std::string street;
  std::string city;
  std::optional<std::string> phone;
};
struct OrderViewed {
  std::string page;
};
enum class Method { card, cash };
struct OrderPaid {
  std::int64_t total_cents = 0;
  Method method = Method::card;

  static constexpr int event_version = 2;
  static void from_1(leftfold::Json& payload) { payload["total_cents"] = cents(payload.take("total", 0)); }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
using OrderEvents = leftfold::Events<ItemAdded, CustomerGiven, OrderViewed, OrderPaid>;

struct OrderState {
  std::int64_t total_cents = 0;
  bool paid = false;
  void apply(const ItemAdded& e) { total_cents += e.quantity * e.price_cents; }
  void apply(const CustomerGiven&) {}
  void apply(const OrderViewed&) {}
  void apply(const OrderPaid&) { paid = true; }
};

class Order : public leftfold::AggregateRoot<OrderState, OrderEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void give_customer(CustomerGiven customer) { create_event(std::move(customer)); }
  void add(ItemAdded item) { create_event(std::move(item)); }
  void view() { create_event(OrderViewed{"cart"}); }
  void pay(Method method) { create_event(OrderPaid{state().total_cents, method}); }
};

struct Labels : leftfold::Listener<OrderEvents> {
  void on(const CustomerGiven& e) { printed.push_back(e.name + ", " + e.street + ", " + e.city); }
  std::vector<std::string> printed;
};

// Goes on where the first program stopped.
inline void write_history(const leftfold::Repository<Order>& orders) {
  (void)orders.execute("order-2", [](Order& order) {
    order.view();
    order.add({"apple", 10, 12, "ripe"});
    order.pay(Method::cash);
  });
  (void)orders.execute("order-3", [](Order& order) {
    order.give_customer({"Grace", "1 Pier", "Arlington", "555-0199"});
    order.add({"nanosecond", 30, 9'007'199'254'740'993, ""});
  });
}

inline void register_in(leftfold::App& app) {
  app.aggregate<Order>();
  app.listener<Labels>();
}

}  // namespace market_v2
