// SPDX-License-Identifier: Apache-2.0
#include "shop/verify.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <span>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/replay.h>

#include "shop/hot_products.h"
#include "support/options.h"
#include "support/pause.h"
#include "support/report.h"

namespace shop {
namespace {

using examples::number;

constexpr std::chrono::milliseconds kLookEvery{200};
constexpr std::chrono::seconds kSayEvery{1};

// What the handlers have made so far.
struct Made {
  std::map<std::string, std::int64_t> table;
  Mail::Totals sent;
  std::int64_t behind_table = 0;  // events before the handler
  std::int64_t behind_mail = 0;

  [[nodiscard]] bool at_the_end() const { return behind_table == 0 && behind_mail == 0; }
};

std::int64_t events_before(leftfold::App& app, std::string_view handler) {
  std::int64_t sum = 0;
  for (const leftfold::Progress& each : app.progress(handler)) sum += std::max<std::int64_t>(each.lag(), 0);
  return sum;
}

Made look(leftfold::App& app, Mail& mail) {
  Made made;
  // First of all: what a handler has finished by then is in the tables.
  made.behind_table = events_before(app, leftfold::handler_name<HotProducts>());
  made.behind_mail = events_before(app, leftfold::handler_name<SendReceipt>());
  made.table = hot_products(app.read_tables());
  made.sent = mail.totals();
  return made;
}

bool same(const Totals& totals, const Made& made) {
  return made.table == totals.sold && made.sent.receipts == totals.sent.receipts &&
         made.sent.items == totals.sent.items;
}

std::int64_t items_in(const std::map<std::string, std::int64_t>& table) {
  std::int64_t sum = 0;
  for (const auto& [product, quantity] : table) sum += quantity;
  return sum;
}

std::string of(std::int64_t made, std::int64_t all) { return number(made) + " of " + number(all); }

std::string waiting_for(const Totals& totals, const Made& made) {
  return "waiting: hot products " + of(items_in(made.table), items_in(totals.sold)) + " items, " +
         number(made.behind_table) + " events behind; receipts " + of(made.sent.receipts, totals.sent.receipts) + ", " +
         number(made.behind_mail) + " events behind\n";
}

void print_differences(std::ostream& out, const Totals& totals, const Made& made) {
  examples::Table table{{"what", ">fold of the events", ">in the tables"}};
  const auto add = [&table](const std::string& what, std::int64_t fold, std::int64_t found) {
    if (fold != found) table.add({what, number(fold), number(found)});
  };
  std::map<std::string, std::int64_t> all = made.table;
  all.insert(totals.sold.begin(), totals.sold.end());
  for (const auto& [product, quantity] : all) {
    const auto fold = totals.sold.find(product);
    const auto found = made.table.find(product);
    add(product, fold == totals.sold.end() ? 0 : fold->second, found == made.table.end() ? 0 : found->second);
  }
  add("receipts", totals.sent.receipts, made.sent.receipts);
  add("items on receipts", totals.sent.items, made.sent.items);
  table.print(out);
}

void print_verdict(std::ostream& out, const Totals& totals, const Made& made) {
  const bool right = same(totals, made);
  out << (right ? "Verified: " : "WRONG: ") << "a fold of all " << number(static_cast<std::int64_t>(totals.events))
      << " events gives " << (right ? "the same " : "other totals than the tables: ") << number(std::ssize(totals.sold))
      << " products and " << number(totals.sent.receipts) << " receipts for " << number(totals.sent.items)
      << " items.\n";
  if (right) return;
  print_differences(out, totals, made);
  if (made.at_the_end()) return;
  out << "The handlers are not at the end: hot products " << number(made.behind_table) << " events behind, receipts "
      << number(made.behind_mail) << ". Do they run?\n";
}

}  // namespace

// [fold]
Totals fold(leftfold::App& app, const std::stop_token& stop) {
  Totals totals;
  leftfold::Replay replay{app.stored_events()};
  const leftfold::ReplayProgress done = replay.add(totals).run(stop);
  totals.events = done.looked_at;
  return totals;
}
// [/fold]

Verdict verify(leftfold::App& app, Mail& mail, std::chrono::nanoseconds patience, const std::stop_token& stop,
               std::ostream& out) {
  leftfold::Clock& clock = leftfold::system_clock();
  const auto deadline = clock.instant() + patience;
  // Between a store and its broker are events that no handler knows of yet.
  const bool published = app.settings().get("broker").value != "embedded:";
  auto say_next = clock.instant();
  for (Totals totals = fold(app, stop); !stop.stop_requested();) {
    const Made made = look(app, mail);
    const bool right = same(totals, made);
    if ((right || !published) && made.at_the_end()) {
      print_verdict(out, totals, made);
      return right ? Verdict::right : Verdict::wrong;
    }
    if (clock.instant() >= deadline) {
      print_verdict(out, totals, made);
      return Verdict::wrong;
    }
    if (clock.instant() >= say_next) {
      std::clog << waiting_for(totals, made);
      say_next = clock.instant() + kSayEvery;
    }
    (void)examples::pause(kLookEvery, stop);
  }
  return Verdict::stopped;
}

int verify_command(leftfold::App& app, Mail& mail, std::span<const std::string> arguments,
                   const std::stop_token& stop) {
  const examples::Options options{arguments, {"timeout"}};
  options.refuse_words("verify");
  const std::chrono::seconds patience{options.count("timeout", 60, 86'400)};
  app.settings().set("log_level", "warn", "program");  // unless a flag or a variable says otherwise
  switch (verify(app, mail, patience, stop, std::cout)) {
    case Verdict::right: return 0;
    case Verdict::wrong: return 1;
    case Verdict::stopped: break;
  }
  throw leftfold::Error{leftfold::Errc::stopped, "stopped before the tables were verified"};
}

}  // namespace shop
