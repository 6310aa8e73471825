// SPDX-License-Identifier: Apache-2.0
// What happens when a handler fails, told as a story: failures [tell]
// A shop sends receipts through a mail server. The mail server hiccups, a cart has no address, the mail server goes
// down, a person mends a letter. Each state is printed as it happens. docs/guides/failures.md explains it.
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include <leftfold/leftfold.h>

namespace {

using namespace std::chrono_literals;

struct CartItemAdded {
  std::string product_id;
};
struct CartCheckedOut {
  std::string address;
};
using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;

struct CartState {
  int items = 0;
  void apply(const CartItemAdded&) { ++items; }
  void apply(const CartCheckedOut&) { items = 0; }
};

struct Cart : leftfold::AggregateRoot<CartState, CartEvents> {
  using AggregateRoot::AggregateRoot;
  void buy(std::string product, std::string address) {
    create_event(CartItemAdded{std::move(product)});
    create_event(CartCheckedOut{std::move(address)});
  }
};

std::mutex output;
void say(const std::string& line) {
  const std::scoped_lock lock{output};
  std::cout << line << std::endl;
}

// [exceptions]
struct MailServerDown : std::runtime_error {  // the program's own exceptions, not leftfold's
  using std::runtime_error::runtime_error;
};
struct Hiccup : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// [/exceptions]

struct MailServer {
  std::atomic<bool> down{false};
  std::atomic<int> hiccups{0};
  std::atomic<int> calls{0};
  void send(const std::string& cart, const std::string& address) {
    ++calls;
    if (down) throw MailServerDown{"connection refused"};
    if (hiccups > 0 && hiccups-- > 0) throw Hiccup{"451 try again later"};
    say("    receipt for " + cart + " to " + address);
  }
};

// [listener]
struct SendReceipt : leftfold::Listener<CartEvents> {
  explicit SendReceipt(MailServer& m) : mail{m} {}
  void on(const CartCheckedOut& e, const leftfold::EventMetadata& meta) const {
    if (e.address.empty()) throw leftfold::Park{"no address to send the receipt to"};  // will never work as it is
    mail.send(meta.aggregate_id, e.address);
  }
  MailServer& mail;
};
// [/listener]

// [options]
leftfold::HandlerOptions receipt_options() {
  leftfold::HandlerOptions options;
  leftfold::FailureOptions& failures = options.failures;
  failures.rules.when<MailServerDown>(leftfold::FailureClass::unavailable);  // hold, do not park
  failures.retry.immediate = 1;
  failures.retry.base = 50ms;  // then 50, 100, 200 ms at most, with full jitter
  failures.retry.max_attempts = 5;
  failures.breaker.min_calls = 5;
  failures.breaker.min_distinct = 3;
  failures.breaker.open = 300ms;
  return options;
}
// [/options]

// Prints what the subscription is doing whenever it changes.
class Watch {
 public:
  explicit Watch(leftfold::App& app) : app_{app} {}

  // Waits until `done(status)`, printing changes; false when it took too long.
  template <class Done>
  bool until(Done done) {
    for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
      const leftfold::SubscriptionStatus now = app_.runner().status().front();
      const std::string line = "    [" + now.state + "] breaker " + now.breaker + ", handled " +
                               std::to_string(now.handled) + ", waiting " + std::to_string(now.waiting) +
                               ", parked so far " + std::to_string(now.parked);
      if (line != last_) say(line);
      last_ = line;
      if (done(now)) return true;
      std::this_thread::sleep_for(5ms);  // a picture every so often; nothing depends on it
    }
    return false;
  }

 private:
  leftfold::App& app_;
  std::string last_;
};

int tell(leftfold::App& app, MailServer& mail) {
  auto carts = app.repository<Cart>();
  Watch watch{app};
  leftfold::Position last;
  const auto buy = [&](const std::string& cart, const std::string& address) {
    last = carts.execute(cart, [&](Cart& c) { c.buy("apple", address); }).position;
  };
  const auto all_done = [&](const leftfold::SubscriptionStatus& status) { return status.done >= last; };
  leftfold::DeadLetterStore& letters = app.dead_letters();
  const std::string subscription = app.settings().get("group").value + ".SendReceipt";
  const auto parked = [&] { return letters.count({.subscription = subscription}).letters; };
  const leftfold::Running handlers = app.start();

  say("\n1. The mail server hiccups. The event is tried again: at once, then with growing pauses.");
  mail.hiccups = 3;
  buy("cart-1", "ada@example.com");
  if (!watch.until(all_done)) return 1;

  say("\n2. A cart without an address. It is parked, what follows of cart-2 goes behind it, others go on.");
  buy("cart-2", "");
  buy("cart-2", "bob@example.com");
  buy("cart-3", "cyd@example.com");
  if (!watch.until(all_done)) return 1;
  for (const leftfold::DeadLetter& letter : letters.letters(subscription, "cart-2", std::nullopt, 10)) {
    say("    letter: version " + std::to_string(letter.event.version.value()) + " " + letter.event.type + ", " +
        std::string{to_string(letter.reason)} + (letter.error_message.empty() ? "" : ": " + letter.error_message));
  }

  say("\n3. Somebody writes the address into the letter, with their name and why, and re-drives the aggregate.");
  // [edit]
  const auto claim = letters.claim(subscription, "cart-2", "ops", 30s);
  if (!claim) return 1;
  const leftfold::DeadLetter first = letters.letters(subscription, "cart-2", std::nullopt, 1).at(0);
  const bool edited = letters.edit(*claim, leftfold::LetterKey::of(first.event.view()),
                                   R"({"address":"bob@example.com"})", {"ops", "the customer told us by phone"});
  letters.release(*claim);
  const leftfold::RedriveReport report = app.runner().redrive("SendReceipt", "cart-2");
  // [/edit]
  say("    re-driven: " + std::to_string(report.handled) + " letters, " + std::to_string(parked()) + " left");
  for (const leftfold::DeadLetterChange& change : letters.changes(subscription, "cart-2", 0, 10)) {
    say("    audit: " + change.action + " by " + change.by.who + " (" + change.by.why + "): " + change.before + " -> " +
        change.after);
  }
  if (!edited || parked() != 0) return 1;

  say("\n4. The mail server goes down. The breaker opens, events are held, nothing is parked.");
  mail.down = true;
  for (int i = 10; i < 40; ++i) buy("cart-" + std::to_string(i), "dan@example.com");
  if (!watch.until([](const auto& status) { return status.breaker == "open"; })) return 1;
  const int calls = mail.calls;
  if (!watch.until([&](const auto&) { return mail.calls > calls; })) return 1;
  say("    while it is open nobody calls the mail server; now and then a probe does");

  say("\n5. It is back. A few probes close the breaker, everything held is delivered in order.");
  mail.down = false;
  if (!watch.until(all_done)) return 1;
  const std::size_t left = parked();
  say("\nNothing was lost, nothing was skipped; dead letters now: " + std::to_string(left));
  return left == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  leftfold::App app{"failures"};
  MailServer mail;
  app.aggregate<Cart>();
  app.handler<SendReceipt>(receipt_options(), mail);
  app.command("tell", "tells the story, in a file of its own",
              [&mail](leftfold::App& a, auto, auto&) { return tell(a, mail); });
  return leftfold::cli::run(argc, argv, app);
}
