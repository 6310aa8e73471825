// SPDX-License-Identifier: Apache-2.0
#include "shop/simulate.h"

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/leftfold.h>

#include "shop/customers.h"
#include "shop/hot_products.h"
#include "shop/receipts_file.h"
#include "shop/simulation.h"
#include "shop/verify.h"
#include "support/options.h"
#include "support/report.h"
#include "support/store_file.h"

namespace shop {
namespace {

using examples::number;

// From the last command on; only a shop whose broker is away or whose handlers fail gets there.
constexpr std::chrono::minutes kPatience{2};
// No cart's: the cart service takes no id with a '/'.
constexpr const char* kSimulation = "shop/simulation";

// A publisher on a thread of its own, as `shop publisher run` is one in a process of its own.
class Publishing {
 public:
  explicit Publishing(leftfold::App& app) : publisher_{app.publisher()} {
    thread_ = std::jthread{[this, &app](const std::stop_token& stop) {
      try {
        publisher_->run(stop);
      } catch (const std::exception& error) {  // the check will say what is missing
        app.log().log(leftfold::LogLevel::error, "publisher", error.what());
      }
    }};
  }

 private:
  std::unique_ptr<leftfold::Publisher> publisher_;
  std::jthread thread_;  // ends first
};

bool events_come_from_kafka(leftfold::App& app) { return app.settings().get("broker").value == "kafka:"; }

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts facts_of(leftfold::App& app, const Visits& visits, std::chrono::nanoseconds took) {
  Facts facts{{"commands", number(visits.commands) + " in " + examples::seconds(took) + ": " +
                               examples::rate(visits.commands, took) + ", each durable before it returned"}};
  if (visits.repeated > 0) {
    facts.emplace_back("of these", number(visits.repeated) + " done before, by a run that was cut short");
  }
  if (visits.again > 0) {
    facts.emplace_back("conflicts", number(visits.again) + ", decided again, on the cart the office shares");
  }
  facts.emplace_back("events", number(visits.events) + " new in " + app.settings().get("store").value);
  return facts;
}

void print_where(leftfold::App& app) {
  const std::string receipts = examples::quoted(receipts_file(app).string());
  const auto file = examples::file_of_store(app);
  const std::string sqlite = "  sqlite3 ";
  if (!file) {
    std::cout << "\nThe shop is where the settings say: store " << app.settings().get("store").value << ", broker "
              << app.settings().get("broker").value << "\n"
              << "  shop events read cart-42\n  shop projectors status\n"
              << sqlite << receipts << " 'SELECT * FROM receipts LIMIT 5'\n";
    return;
  }
  const std::string store = examples::quoted(file->string());
  std::cout << "\nThe shop is one file: " << file->string() << " (" << examples::bytes(examples::size_on_disk(*file))
            << ")\n"
            << sqlite << store
            << " \"SELECT key, json_extract(row, '$.quantity') AS n FROM hot_products ORDER BY n DESC LIMIT 5\"\n"
            << sqlite << store << " 'SELECT type, count(*) FROM events GROUP BY type'\n"
            << sqlite << receipts << " 'SELECT * FROM receipts LIMIT 5'\n"
            << "  shop --store sqlite:" << store << " events read cart-42\n";
}

}  // namespace

int simulate(leftfold::App& app, Mail& mail, std::span<const std::string> arguments, const std::stop_token& stop) {
  const examples::Options options{arguments, {"customers", "threads"}};
  const auto customers = static_cast<std::int64_t>(options.count("customers", 10'000, 100'000'000));
  const std::size_t threads = options.count("threads", 4, 256);
  options.refuse_words("simulate");
  app.settings().set("log_level", "warn", "program");  // unless a flag or a variable says otherwise
  (void)receipts_file(app);                            // fails early with a store that ends with the program

  auto simulations = app.repository<Simulation>();
  simulations.execute(kSimulation, [&](Simulation& s) { s.start_or_go_on(customers); });
  const SimulationState run = simulations.load(kSimulation).state();
  std::cout << "Customers " << number(run.first_customer) << " to " << number(run.next_customer - 1) << ", " << threads
            << (threads == 1 ? " thread" : " threads") << std::endl;

  leftfold::Running handlers = app.start();
  std::optional<Publishing> publishing;
  if (events_come_from_kafka(app)) publishing.emplace(app);
  leftfold::Clock& clock = leftfold::system_clock();
  const auto began = clock.instant();
  Visits visits;
  const bool all = visit([&] { return cashier_of(app.repository<Cart>()); }, run.first_customer, run.customers, threads,
                         stop, visits);
  const auto written = clock.instant();
  if (all) simulations.execute(kSimulation, [](Simulation& s) { s.finish(); });

  Facts facts = facts_of(app, visits, written - began);
  if (all && !publishing && app.runner().wait_until_handled(app.store().head(), stop, leftfold::kNever)) {
    facts.emplace_back("receipts", number(mail.totals().receipts) + " sent since the shop opened");
    facts.emplace_back("handled",
                       examples::seconds(clock.instant() - written) + " after the last command, by every handler");
  }
  examples::print_facts(std::cout, facts);
  std::cout << '\n';
  const Verdict verdict = all ? verify(app, mail, kPatience, stop, std::cout) : Verdict::stopped;
  publishing.reset();
  handlers.finish();
  if (verdict == Verdict::stopped) {
    std::cout << "Stopped. Run it again: it goes on with the same customers.\n";
    return 0;
  }
  std::cout << "\nTop products\n";
  print_hot_products(app.read_tables(), std::cout);
  print_where(app);
  return verdict == Verdict::right ? 0 : 1;
}

}  // namespace shop
