// SPDX-License-Identifier: Apache-2.0
// The program the command line tests run: a small shop with handlers and commands of its own.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

#include <leftfold/leftfold.h>

struct CartItemAdded {
  std::string product_id;
  int quantity = 1;
};
struct CartCheckedOut {};
using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;

struct CartState {
  std::map<std::string, int> items;
  bool checked_out = false;
  void apply(const CartItemAdded& e) { items[e.product_id] += e.quantity; }
  void apply(const CartCheckedOut&) { checked_out = true; }
};

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void add_item(std::string product_id, int quantity) { create_event(CartItemAdded{std::move(product_id), quantity}); }
  void check_out() { create_event(CartCheckedOut{}); }
};

// A table in the file.
struct HotProducts : leftfold::Projector<CartEvents> {
  explicit HotProducts(leftfold::SqliteReadModel& d) : db{d} {}
  leftfold::SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS hot_products");
    db.execute("CREATE TABLE hot_products(product TEXT PRIMARY KEY, quantity INTEGER)");
  }
  void on(const CartItemAdded& e) {
    db.execute(
        "INSERT INTO hot_products VALUES(?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
        e.product_id, e.quantity);
  }
  leftfold::SqliteReadModel& db;
};

// A table in memory.
struct OpenCarts : leftfold::Projector<CartEvents> {
  void on(const CartItemAdded&) { ++added; }
  void on(const CartCheckedOut&) { ++checked_out; }
  void reset() { added = checked_out = 0; }
  int added = 0;
  int checked_out = 0;
};

struct SendReceipt : leftfold::Listener<CartEvents> {
  void on(const CartCheckedOut&, const leftfold::EventMetadata& meta) {
    if (meta.aggregate_id == "doomed") throw leftfold::Stop{"the mail server burns"};
    if (meta.aggregate_id.starts_with("cursed") && !std::filesystem::exists("mended")) {
      throw leftfold::Park{"no address of " + meta.aggregate_id};
    }
    std::printf("receipt for %s\n", meta.aggregate_id.c_str());
    std::fflush(stdout);
  }
};

// Fails for what is in the event, until that is edited.
struct ReserveStock : leftfold::Listener<CartEvents> {
  void on(const CartItemAdded& e) {
    if (e.product_id == "unobtainium") throw leftfold::Park{"no product " + e.product_id};
  }
};

namespace {

using Arguments = std::span<const std::string>;

int add(leftfold::App& app, Arguments arguments, const std::stop_token&) {
  if (arguments.size() < 2) {
    std::fputs("usage: shop add CART PRODUCT\n", stderr);
    return 2;
  }
  (void)app.repository<Cart>().execute(arguments[0], [&](Cart& cart) { cart.add_item(arguments[1], 1); });
  return 0;
}

int check_out(leftfold::App& app, Arguments arguments, const std::stop_token&) {
  (void)app.repository<Cart>().execute(arguments[0], [](Cart& cart) { cart.check_out(); });
  return 0;
}

int show_arguments(leftfold::App&, Arguments arguments, const std::stop_token&) {
  for (const std::string& argument : arguments) std::printf("[%s]\n", argument.c_str());
  return 0;
}

int fail(leftfold::App&, Arguments arguments, const std::stop_token&) {
  const std::string how = arguments.empty() ? "" : arguments[0];
  if (how == "conflict") throw leftfold::VersionConflict{"cart-1", leftfold::Version{1}, leftfold::Version{2}};
  if (how == "unavailable") throw leftfold::Error{leftfold::Errc::unavailable, "the store does not answer"};
  if (how == "number") throw 42;
  throw std::runtime_error{"a bug\033[31m"};
}

// Does not end when it is asked to.
int hang(leftfold::App&, Arguments, const std::stop_token& stop) {
  const std::stop_callback asked{stop, [] {
                                   std::puts("asked to stop");
                                   std::fflush(stdout);
                                 }};
  std::puts("hangs");
  std::fflush(stdout);
  for (;;) pause();
}

// Handles all that is stored, and ends: so that a test knows what happened without waiting for it.
int handle(leftfold::App& app, Arguments, const std::stop_token& stop) {
  const leftfold::Position head = app.store().head();
  leftfold::Running handlers = app.start();
  const bool handled = app.runner().wait_until_handled(head, stop, leftfold::kNever);
  handlers.finish();
  return handled ? 0 : 1;
}

int exit_with(leftfold::App&, Arguments arguments, const std::stop_token&) { return std::stoi(arguments[0]); }

}  // namespace

int main(int argc, char** argv) {
  leftfold::App app{"shop"};
  app.aggregate<Cart>();
  app.projector<HotProducts>(app.read_model());
  app.projector<OpenCarts>();
  app.listener<SendReceipt>();
  app.listener<ReserveStock>();
  app.command("add", "put a product into a cart: CART PRODUCT", add);
  app.command("check-out", "check a cart out: CART", check_out);
  app.command("arguments", "show what a command receives", show_arguments);
  app.command("fail", "fail in a way of your choice", fail);
  app.command("hang", "do not end when asked to", hang);
  app.command("handle", "handle all that is stored", handle);
  app.command("exit", "end with a code: N", exit_with);
  return leftfold::cli::run(argc, argv, app);
}
