// SPDX-License-Identifier: Apache-2.0
#include "shop/drive.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/json.h>

#include "shop/cart_client.h"
#include "shop/customers.h"
#include "support/options.h"
#include "support/report.h"

namespace shop {
namespace {

using examples::number;
using Milliseconds = std::chrono::duration<double, std::milli>;

// How long commands took, from the first try to the answer. Any thread.
class Times {
 public:
  void add(std::chrono::nanoseconds time) {
    const std::lock_guard lock{mutex_};
    times_.push_back(time);
  }
  // The time that this part of all commands stayed under.
  [[nodiscard]] double milliseconds(double part) {
    const std::lock_guard lock{mutex_};
    if (times_.empty()) return 0;
    const auto at = times_.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times_.size() - 1));
    std::nth_element(times_.begin(), at, times_.end());
    return Milliseconds{*at}.count();
  }

 private:
  std::mutex mutex_;
  std::vector<std::chrono::nanoseconds> times_;
};

// Of --json.
struct Figures {
  std::int64_t commands = 0;
  std::int64_t again = 0;
  std::int64_t repeated = 0;
  double seconds = 0;
  double commands_per_s = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

void print(const Visits& visits, const Figures& figures) {
  const auto took = std::chrono::nanoseconds{static_cast<std::int64_t>(figures.seconds * 1e9)};
  std::vector<std::pair<std::string, std::string>> facts{
      {"commands", number(visits.commands) + " in " + examples::seconds(took) + ": " +
                       examples::rate(visits.commands, took) + ", each durable before it was answered"},
      {"answer", examples::milliseconds(figures.p50_ms) + " for half of them, " +
                     examples::milliseconds(figures.p99_ms) + " for 99 of 100"}};
  if (visits.again > 0) facts.emplace_back("sent again", number(visits.again) + ", without an answer or after a 503");
  if (visits.repeated > 0) {
    facts.emplace_back("once", number(visits.repeated) + " that were sent before happened once");
  }
  examples::print_facts(std::cout, facts);
}

}  // namespace

int drive(std::span<const std::string> arguments, const std::stop_token& stop) {
  const examples::Options options{arguments, {"url", "customers", "first", "threads", "patience", "json"}};
  const std::string url = options.text("url", "http://127.0.0.1:8080");
  const auto customers = static_cast<std::int64_t>(options.count("customers", 1'000, 100'000'000));
  const auto first = static_cast<std::int64_t>(options.count("first", 1, 100'000'000));
  const std::size_t threads = options.count("threads", 8, 256);
  const std::chrono::seconds patience{options.count("patience", 60, 86'400)};
  const bool json = options.text("json", "no") == "yes";
  options.refuse_words("drive");
  (void)CartClient{url, patience, stop};  // says what is wrong with the URL

  leftfold::Clock& clock = leftfold::system_clock();
  const auto began = clock.instant();
  Visits visits;
  Times times;
  const auto open = [&]() -> Cashier {
    return [&clock, &times, client = std::make_shared<CartClient>(url, patience, stop)](const Step& step) {
      const auto sent = clock.instant();
      const Done done = client->send(step);
      times.add(clock.instant() - sent);
      return done;
    };
  };
  bool all = false;
  try {
    all = visit(open, first, customers, threads, stop, visits);
  } catch (const leftfold::Error& error) {
    if (error.code() != leftfold::Errc::stopped) throw;
  }
  const double seconds = std::chrono::duration<double>(clock.instant() - began).count();
  const Figures figures{visits.commands,
                        visits.again,
                        visits.repeated,
                        seconds,
                        static_cast<double>(visits.commands) / seconds,
                        times.milliseconds(0.5),
                        times.milliseconds(0.99)};
  if (json) {
    std::cout << leftfold::to_json(figures) << '\n';
  } else {
    print(visits, figures);
  }
  if (!all) std::cerr << "Stopped. Run it again: commands that were done are not done twice.\n";
  return 0;
}

}  // namespace shop
