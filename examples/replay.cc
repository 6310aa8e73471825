// SPDX-License-Identifier: Apache-2.0
// Rebuilds a read table without downtime, in one process: docs/guides/zero-downtime-replay.md explains it.
//
//     replay [FILE]       default: a file that is removed afterwards
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <leftfold/leftfold.h>

struct CartItemAdded {
  std::string product_id;
  int quantity = 1;
};
struct CartCheckedOut {};
using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;

struct CartState {
  void apply(const CartItemAdded&) {}
  void apply(const CartCheckedOut&) {}
};

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void add_item(std::string product_id, int quantity) { create_event(CartItemAdded{std::move(product_id), quantity}); }
};

// [projector]
struct HotProducts : leftfold::Projector<CartEvents> {
  explicit HotProducts(leftfold::SqliteReadModel& d) : db{d} {}
  leftfold::SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS hot_products");
    db.execute("CREATE TABLE hot_products(product TEXT PRIMARY KEY, quantity INTEGER NOT NULL)");
  }
  void on(const CartItemAdded& e) {
    db.execute(
        "INSERT INTO hot_products VALUES(?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
        e.product_id, e.quantity);
  }
  leftfold::SqliteReadModel& db;
};
// [/projector]

namespace {

// [rebuild]
void rebuild(leftfold::EventStore& store, leftfold::SqliteReadModel& tables, const std::stop_token& stop) {
  leftfold::ReplayOptions options;
  options.into = leftfold::ReplayInto::shadow;
  options.resume = true;          // goes on where a rebuild before was stopped
  HotProducts projector{tables};  // an object of its own: a Runner may handle another one meanwhile
  leftfold::Replay replay{store, options};
  if (!replay.add(projector).run(stop).complete) return;  // stopped: the shadow waits for the next call
  for (const leftfold::ShadowComparison& each : replay.compare()) {
    std::printf("%s: %llu rows, %llu of them differ\n", each.projector.c_str(),
                static_cast<unsigned long long>(each.found.rows),
                static_cast<unsigned long long>(each.found.different));
  }
  replay.swap(stop);  // or replay.discard()
}
// [/rebuild]

// [chosen]
void chosen_events(leftfold::EventStore& store, HotProducts& one, HotProducts& other) {
  // These events through these projectors, on top of what their tables hold.
  leftfold::ReplayOptions options;
  options.aggregates = {"cart-2"};
  options.on_error = leftfold::OnReplayError::skip;
  leftfold::Replay replay{store, options};
  replay.add(one).run();
  // Or in one line: all events of a type.
  leftfold::Replay::run(store, std::tie(other), {"CartItemAdded"});
}
// [/chosen]

void run(const std::string& file) {
  leftfold::SqliteStore store{{.file = file}};
  leftfold::SqliteReadModel tables{file};
  const leftfold::Repository<Cart> carts{store};
  HotProducts live{tables};
  leftfold::Runner runner{store};
  runner.add(live);
  leftfold::Running handlers = runner.start();
  for (int n = 0; n < 100; ++n) {
    carts.execute("cart-" + std::to_string(n % 5),
                  [&](Cart& cart) { cart.add_item(n % 2 == 0 ? "apple" : "pear", 1); });
  }
  rebuild(store, tables, {});
  const auto last = carts.execute("cart-1", [](Cart& cart) { cart.add_item("plum", 3); });
  (void)runner.wait_until_handled(last.position, {}, leftfold::kNever);
  handlers.finish();
  struct Row {
    std::string product;
    int quantity = 0;
  };
  for (const Row& row : tables.query<Row>("SELECT product, quantity FROM hot_products ORDER BY product")) {
    std::printf("%s %d\n", row.product.c_str(), row.quantity);
  }
  leftfold::SqliteReadModel in_memory{":memory:"};
  leftfold::SqliteReadModel other_in_memory{":memory:"};
  HotProducts one{in_memory};
  HotProducts other{other_in_memory};
  leftfold::Replay{store}.add(one).run();
  chosen_events(store, one, other);
}

}  // namespace

int main(int argc, char** argv) {
  const bool own = argc < 2;
  const std::string file =
      own ? (std::filesystem::temp_directory_path() / "leftfold-replay-example.db").string() : std::string{argv[1]};
  const auto remove = [&] {
    for (const char* suffix : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(file + suffix);
  };
  if (own) remove();
  try {
    run(file);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay: %s\n", error.what());
    return 1;
  }
  if (own) remove();
  return 0;
}
