// SPDX-License-Identifier: Apache-2.0
// The example's shop: commands a second, and how long a command takes until its row and its receipt are there.
//   --op embedded --customers N --threads T --probes N     commands, handlers and the file in this process
//   --op services --url U --customers N --threads T --probes N --watch name:pid,...     a cart service and handlers in
//       processes of their own, on the store and broker of the environment; --watch: what these processes used
//   --op bare --threads T --seconds S     an HTTP server of the same library that answers nothing, and its clients
#include <sys/resource.h>
#include <unistd.h>

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/leftfold.h>

#include "shop/cart_client.h"
#include "shop/customers.h"
#include "shop/hot_products.h"
#include "shop/receipts_file.h"
#include "shop/verify.h"
#include "support/arguments.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::microseconds kLookEvery{500};

using Figures = std::map<std::string, double>;

void print(const Figures& figures) {
  std::string text = "{";
  for (const auto& [name, value] : figures) {
    text += (text.size() > 1 ? ", \"" : "\"") + name + "\": " + std::to_string(value);
  }
  std::cout << text << "}" << std::endl;
}

// The program's own App, on what the environment names.
struct Shop {
  Shop() {
    app.settings().set("log_level", "warn");
    app.aggregate<shop::Cart>();
    app.projector<shop::HotProducts>(app.read_tables());
    app.listener<shop::SendReceipt>(mail);
  }
  App app{"shop"};
  shop::Mail mail{[this] { return shop::receipts_file(app); }};
};

double ms_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
}

// Times from the beginning of a command until `there`, one after another on a shop that has nothing else to do.
struct Waits {
  std::vector<double> answer;
  std::vector<double> effect;
  void probe(const std::function<void()>& command, const std::function<bool()>& there) {
    const auto begin = SteadyClock::now();
    command();
    answer.push_back(ms_since(begin));
    while (!there()) {
      if (SteadyClock::now() - begin > kPatience) throw std::runtime_error{"a probe had no effect"};
      std::this_thread::sleep_for(kLookEvery);
    }
    effect.push_back(ms_since(begin));
  }
  void add_to(Figures& figures, const std::string& what) {
    figures[what + "_p50_ms"] = quantile(effect, 0.5);
    figures[what + "_p99_ms"] = quantile(effect, 0.99);
    figures[what + "_answer_p50_ms"] = quantile(answer, 0.5);
    figures[what + "_answer_p99_ms"] = quantile(answer, 0.99);
  }
};

void measure(Shop& shop, const Arguments& arguments, const std::function<shop::Cashier()>& open, Figures& figures) {
  const auto customers = static_cast<std::int64_t>(arguments.count("customers", 1000));
  shop::Visits visits;
  const auto begin = SteadyClock::now();
  if (!shop::visit(open, 1, customers, arguments.count("threads", 8), {}, visits)) throw std::runtime_error{"stopped"};
  const double commands = static_cast<double>(visits.commands);
  std::clog.rdbuf(nullptr);  // of what verify() waits nobody reads here
  figures["commands"] = commands;
  figures["commands_per_s"] = commands * 1000 / ms_since(begin);
  std::ostringstream said;
  if (shop::verify(shop.app, shop.mail, kPatience, {}, said) != shop::Verdict::right) {
    throw std::runtime_error{said.str()};
  }
  figures["handled_per_s"] = commands * 1000 / ms_since(begin);

  const shop::Cashier cashier = open();
  const ReadTable<shop::HotProduct> hot{shop.app.read_tables(), "hot_products"};
  Waits row;
  Waits receipt;
  for (std::size_t i = 0; i < arguments.count("probes", 100); ++i) {
    const std::string name = "probe-" + std::to_string(i);
    row.probe([&] { (void)cashier({shop::Step::Kind::add, name, name, 1, name + "/add"}); },
              [&] { return hot.find(name).has_value(); });
    receipt.probe([&] { (void)cashier({shop::Step::Kind::check_out, name, {}, 0, name + "/out"}); },
                  [&] { return shop.mail.sent_for(name); });
  }
  row.add_to(figures, "row");
  receipt.add_to(figures, "receipt");
}

// Resident MB and CPU seconds of another process.
void add_process(const std::string& name, const std::string& pid, Figures& figures) {
  const std::string folder = "/proc/" + pid;
  std::string text;
  std::getline(std::ifstream{folder + "/stat"}, text);
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::vector<std::string> words;
  for (std::string word; fields >> word;) words.push_back(word);
  if (words.size() < 22) throw std::runtime_error{name + ", process " + pid + ", has ended"};
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  figures[name + "_cpu_s"] = (std::stod(words[11]) + std::stod(words[12])) / ticks;
  figures[name + "_mb"] = std::stod(words[21]) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

void embedded(const Arguments& arguments) {
  Shop shop;
  Figures figures;
  Running handlers = shop.app.start();
  measure(shop, arguments, [&] { return shop::cashier_of(shop.app.repository<shop::Cart>()); }, figures);
  handlers.finish();
  add_process("shop", std::to_string(::getpid()), figures);
  print(figures);
}

void services(const Arguments& arguments) {
  Shop shop;
  Figures figures;
  const std::string url = arguments.text("url", "http://127.0.0.1:8080");
  measure(
      shop, arguments,
      [&]() -> shop::Cashier {
        return [client = std::make_shared<shop::CartClient>(url, kPatience, std::stop_token{})](
                   const shop::Step& step) { return client->send(step); };
      },
      figures);
  std::istringstream watched{arguments.text("watch", "")};
  for (std::string each; std::getline(watched, each, ',');) {
    const std::size_t colon = each.find(':');
    add_process(each.substr(0, colon), each.substr(colon + 1), figures);
  }
  add_process("customers", std::to_string(::getpid()), figures);
  print(figures);
}

void bare(const Arguments& arguments) {
  httplib::Server server;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  server.set_keep_alive_timeout(1);
  const std::size_t threads = arguments.count("threads", 8);
  server.new_task_queue = [threads] { return new httplib::ThreadPool{threads}; };  // the server deletes it
  server.Post("/.*", [](const httplib::Request&, httplib::Response&) {});
  const int port = server.bind_to_any_port("127.0.0.1");
  std::jthread listening{[&] { server.listen_after_bind(); }};
  std::atomic<std::int64_t> requests{0};
  std::atomic<bool> failed{false};
  const auto begin = SteadyClock::now();
  const auto end = begin + std::chrono::duration_cast<SteadyClock::duration>(
                               std::chrono::duration<double>{arguments.seconds("seconds", 1)});
  {
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < threads; ++i) {
      clients.emplace_back([&] {
        httplib::Client client{"127.0.0.1", port};
        client.set_keep_alive(true);
        client.set_tcp_nodelay(true);
        while (SteadyClock::now() < end && !failed) {
          const auto answer = client.Post("/carts/cart-42/items", {{"Idempotency-Key", "customer-42/1"}},
                                          R"({"product_id":"apple","quantity":2})", "application/json");
          if (answer && answer->status == 200) {
            ++requests;
          } else {
            failed = true;
          }
        }
      });
    }
  }
  const double took = ms_since(begin) / 1000;
  server.stop();
  if (failed) throw std::runtime_error{"a request to the bare server failed"};
  print_figures({{"commands_per_s", static_cast<double>(requests) / took}});
}

void run(const Arguments& arguments) {
  const std::string op = arguments.text("op", "embedded");
  if (op == "embedded") return embedded(arguments);
  if (op == "services") return services(arguments);
  if (op == "bare") return bare(arguments);
  throw std::invalid_argument{"--op is embedded, services or bare"};
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
