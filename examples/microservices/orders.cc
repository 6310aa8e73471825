// SPDX-License-Identifier: Apache-2.0
// The service that owns orders: it decides, stores, and publishes what happened.
#include <utility>

#include <leftfold/kafka.h>
#include <leftfold/leftfold.h>

#include "microservices/order.h"

struct OrderState {
  bool placed = false;
  bool cancelled = false;
  void apply(const OrderPlaced&) { placed = true; }
  void apply(const OrderCancelled&) { cancelled = true; }
};

class Order : public leftfold::AggregateRoot<OrderState, OrderEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void place(OrderPlaced order) {
    if (!state().placed) create_event(std::move(order));
  }
  void cancel() {
    if (state().placed && !state().cancelled) create_event(OrderCancelled{});
  }
};

int main(int argc, char** argv) {
  // [orders]
  leftfold::App app{"orders"};  // its events are in orders.db
  app.aggregate<Order>();
  app.command("place", "ORDER PRODUCT ADDRESS: place an order", [&app](auto&, auto args, auto&) {
    if (args.size() != 3) return 2;
    app.repository<Order>().execute(args[0], [&](Order& order) { order.place({args[1], 1, args[2]}); });
    return 0;
  });
  app.command("cancel", "ORDER: cancel it", [&app](auto&, auto args, auto&) {
    if (args.size() != 1) return 2;
    app.repository<Order>().execute(args[0], [](Order& order) { order.cancel(); });
    return 0;
  });
  app.command("publish", "send events to Kafka until Ctrl-C", [&app](auto&, auto, auto& stop) {
    if (app.settings().get("broker").value != "embedded:") {  // or what comes from Kafka would go there again
      throw leftfold::Error{leftfold::Errc::invalid_config, "publish reads the store: use broker embedded:"};
    }
    auto options = leftfold::KafkaOptions::from(leftfold::Settings::process_environment());
    options.source = "orders";
    options.log = &app.log();
    leftfold::KafkaBroker kafka{std::move(options)};
    leftfold::PublisherOptions publishing;
    publishing.name = "orders.publish";  // its place in the store is kept under this name
    publishing.log = &app.log();
    leftfold::Publisher{app.feed(), [&] { return kafka.open_sink(); }, publishing}.run(stop);
    return 0;
  });
  return leftfold::cli::run(argc, argv, app);
  // [/orders]
}
