// SPDX-License-Identifier: Apache-2.0
// The same orders today: an event has another name, one became two, one is of no use any more.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/app.h>
#include <leftfold/listener.h>
#include <leftfold/projector.h>
#include <leftfold/repository.h>
#include <leftfold/upcast.h>

namespace market_v3 {

inline std::int64_t cents(const leftfold::Json& amount) { return std::llround(amount.as<double>() * 100); }

// [rename]
struct Money {
  std::int64_t cents = 0;
  std::string currency = "EUR";
};
struct LineAdded {
  std::string product_id;
  int quantity = 1;
  Money price;
  std::string note;

  static constexpr std::string_view former_names[] = {"ItemAdded"};
  static constexpr int event_version = 3;
  static void from_1(leftfold::Json& payload) {
    payload.rename("sku", "product_id");
    payload.rename("qty", "quantity");
    payload["price_cents"] = cents(payload.take("price", 0));
  }
  static void from_2(leftfold::Json& payload) {
    payload["price"] = leftfold::Json::object({{"cents", payload.take("price_cents", 0)}, {"currency", "EUR"}});
  }
  using Upcasts = leftfold::Upcasts<&from_1, &from_2>;
};
// [/rename]
// [split]
struct AddressGiven {
  std::string street;
  std::string city;
};
struct CustomerGiven {
  std::string name;
  std::optional<std::string> phone;

  static constexpr int event_version = 2;
  static leftfold::Parts<CustomerGiven, AddressGiven> from_1(leftfold::Json old) {
    leftfold::Json address;
    address["street"] = old.take("street", "");
    address["city"] = old.take("city", "");
    leftfold::Parts<CustomerGiven, AddressGiven> parts;
    parts.add<CustomerGiven>(2, std::move(old));
    parts.add<AddressGiven>(1, std::move(address));
    return parts;
  }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
// [/split]
// [unchanged]
enum class Method { card, cash, invoice };
struct OrderPaid {
  std::int64_t total_cents = 0;
  Method method = Method::card;

  static constexpr int event_version = 3;
  static void from_1(leftfold::Json& payload) { payload["total_cents"] = cents(payload.take("total", 0)); }
  using Upcasts = leftfold::Upcasts<&from_1, leftfold::unchanged>;
};
// [/unchanged]
// [list]
using OrderEvents =
    leftfold::Events<LineAdded, CustomerGiven, AddressGiven, OrderPaid, leftfold::Dropped<"OrderViewed">>;
// [/list]

struct OrderState {
  std::map<std::string, int> lines;
  std::int64_t total_cents = 0;
  std::string customer;
  std::string address;
  std::optional<Method> paid;
  void apply(const LineAdded& e) {
    lines[e.product_id] += e.quantity;
    total_cents += e.quantity * e.price.cents;
  }
  void apply(const CustomerGiven& e) { customer = e.name; }
  void apply(const AddressGiven& e) { address = e.street + ", " + e.city; }
  void apply(const OrderPaid& e) { paid = e.method; }
};

class Order : public leftfold::AggregateRoot<OrderState, OrderEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void give_customer(CustomerGiven customer, AddressGiven address) {
    create_event(std::move(customer));
    create_event(std::move(address));
  }
  void move(AddressGiven address) { create_event(std::move(address)); }
  void add(LineAdded line) { create_event(std::move(line)); }
  void pay(Method method) { create_event(OrderPaid{state().total_cents, method}); }
};

// [labels]
struct Labels : leftfold::Listener<OrderEvents> {
  void on(const AddressGiven& e, const leftfold::EventMetadata& meta) {
    // Two parts of one stored event have the same id; with `part` it is a key again.
    const std::string once = meta.event_id.to_string() + "/" + std::to_string(meta.part);
    if (keys.emplace(once, meta.aggregate_id).second) printed.push_back(e.street + ", " + e.city);
  }
  std::map<std::string, std::string> keys;
  std::vector<std::string> printed;
};
// [/labels]

struct Sold : leftfold::Projector<OrderEvents> {
  void on(const LineAdded& e) { pieces[e.product_id] += e.quantity; }
  void reset() { pieces.clear(); }
  std::map<std::string, std::int64_t> pieces;
};

inline void write_history(const leftfold::Repository<Order>& orders) {
  (void)orders.execute("order-3", [](Order& order) {
    order.move({"2 Pier", "Arlington"});
    order.add({"apple", 1, {25, "USD"}, ""});
    order.pay(Method::invoice);
  });
}

inline void register_in(leftfold::App& app) {
  app.aggregate<Order>();
  app.listener<Labels>();
  app.projector<Sold>();
}

}  // namespace market_v3
