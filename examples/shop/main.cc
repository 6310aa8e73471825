// A shop: carts, what sells, receipts. `shop simulate` sends customers through it; `shop --help` shows the rest.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/leftfold.h>

#include "shop/cart.h"
#include "shop/customers.h"
#include "shop/hot_products.h"
#include "shop/receipts.h"
#include "shop/simulation.h"
#include "shop/verify.h"
#include "support/options.h"
#include "support/report.h"
#include "support/store_file.h"

namespace shop {
namespace {

using examples::number;

std::filesystem::path receipts_file(leftfold::App& app) {
  return examples::store_file(app).replace_extension(".receipts.db");
}

using Quantities = std::vector<std::pair<std::string, std::int64_t>>;  // by product

Quantities hot_products(leftfold::App& app) {
  const leftfold::ReadTable<HotProduct> table{app.read_tables(), "hot_products"};
  Quantities all;
  for (auto page = table.rows(); !page.empty(); page = table.rows(all.back().first)) {
    for (auto& [product, row] : page) all.emplace_back(std::move(product), row.quantity);
  }
  return all;
}

// Compares the tables with a fold of the events. Returns whether they agree, and says so.
bool verify(leftfold::App& app, Mail& mail, leftfold::Position last) {
  const Totals totals = fold(app.store(), last);
  const Quantities rows = hot_products(app);
  const std::map<std::string, std::int64_t> table{rows.begin(), rows.end()};
  const Mail::Totals sent = mail.totals();
  const bool right = table == totals.sold && sent.receipts == totals.receipts && sent.items == totals.items_bought;
  std::cout << "\n"
            << (right ? "Verified: " : "WRONG: ") << "a fold of all " << number(last.value()) << " events gives "
            << (right ? "the same " : "other totals than the tables: ") << number(std::ssize(totals.sold))
            << " products and " << number(totals.receipts) << " receipts for " << number(totals.items_bought)
            << " items.\n";
  return right;
}

void print_top_products(leftfold::App& app) {
  examples::Table table{{"product", ">quantity"}};
  constexpr std::size_t kTop = 10;
  Quantities rows = hot_products(app);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (rows.size() > kTop) rows.resize(kTop);
  for (const auto& [product, quantity] : rows) table.add({product, number(quantity)});
  std::cout << "\nTop products\n";
  table.print(std::cout);
}

void print_where(leftfold::App& app) {
  const auto file = examples::store_file(app);
  const std::string sqlite = "  sqlite3 " + examples::quoted(file.string()) + " ";
  std::cout << "\nThe shop is one file: " << file.string() << " (" << examples::bytes(examples::size_on_disk(file))
            << ")\n"
            << sqlite
            << "\"SELECT key, json_extract(row, '$.quantity') AS n FROM hot_products ORDER BY n DESC LIMIT 5\"\n"
            << sqlite << "'SELECT type, count(*) FROM events GROUP BY type'\n"
            << "  sqlite3 " << examples::quoted(receipts_file(app).string()) << " 'SELECT * FROM receipts LIMIT 5'\n"
            << "  shop --store sqlite:" << examples::quoted(file.string()) << " events read cart-42\n";
}

int simulate(leftfold::App& app, Mail& mail, std::span<const std::string> arguments, const std::stop_token& stop) {
  const examples::Options options{arguments, {"customers", "threads"}};
  const auto customers = static_cast<std::int64_t>(options.count("customers", 10'000, 100'000'000));
  const std::size_t threads = options.count("threads", 4, 256);
  if (!options.words().empty()) {
    throw leftfold::Error{leftfold::Errc::invalid_argument,
                          "simulate takes no argument '" + options.words().front() + "'"};
  }
  app.settings().set("log_level", "warn", "program");  // unless a flag or a variable says otherwise
  (void)receipts_file(app);                            // fails early with a store that is not a file

  auto simulations = app.repository<Simulation>();
  simulations.execute("simulation", [&](Simulation& s) { s.start_or_go_on(customers); });
  const SimulationState run = simulations.load("simulation").state();
  std::cout << "Customers " << number(run.first_customer) << " to " << number(run.next_customer - 1) << ", " << threads
            << (threads == 1 ? " thread" : " threads") << std::endl;

  leftfold::Running handlers = app.start();
  leftfold::Clock& clock = leftfold::system_clock();
  const auto began = clock.instant();
  Visits visits;
  const bool all = visit(app.repository<Cart>(), run.first_customer, run.customers, threads, stop, visits);
  const auto written = clock.instant();
  if (all) simulations.execute("simulation", [](Simulation& s) { s.finish(); });

  const leftfold::Position last = app.store().head();
  const bool handled = app.runner().wait_until_handled(last, stop, leftfold::kNever);
  const auto done = clock.instant();
  handlers.finish();
  if (!all || !handled) {
    std::cout << "Stopped. Run it again: it goes on with the same customers.\n";
    return 0;
  }

  std::vector<std::pair<std::string, std::string>> facts{
      {"commands", number(visits.commands) + " in " + examples::seconds(written - began) + ": " +
                       examples::rate(visits.commands, written - began) + ", each durable before it returned"}};
  if (visits.repeated > 0) {
    facts.emplace_back("of these", number(visits.repeated) + " done before, by a run that was cut short");
  }
  if (visits.conflicts > 0) {
    facts.emplace_back("conflicts", number(visits.conflicts) + ", decided again, on the cart the office shares");
  }
  facts.emplace_back("events", number(visits.events) + " new, " + number(last.value()) + " in the store");
  facts.emplace_back("receipts", number(mail.totals().receipts) + " sent since the shop opened");
  facts.emplace_back("handled", examples::seconds(done - written) + " after the last command, by every handler");
  examples::print_facts(std::cout, facts);
  print_top_products(app);
  const bool right = verify(app, mail, last);
  print_where(app);
  return right ? 0 : 1;
}

}  // namespace
}  // namespace shop

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
  return leftfold::cli::run(argc, argv, app);
}
// [/main]
