// SPDX-License-Identifier: Apache-2.0
// Snapshots and time travel of one aggregate with a long history: snapshots --store memory: tell
#include <cstdint>
#include <iostream>

#include <leftfold/leftfold.h>

struct MoneyMoved {
  std::int64_t cents = 0;
};
struct AccountClosed {};

// [state]
struct AccountState {
  static constexpr int state_version = 2;  // 1 did not count transfers: the same events gave another state
  std::int64_t cents = 0;
  int transfers = 0;
  bool closed = false;
  void apply(const MoneyMoved& e) {
    cents += e.cents;
    ++transfers;
  }
  void apply(const AccountClosed&) { closed = true; }
};
// [/state]

struct Account : leftfold::AggregateRoot<AccountState, leftfold::Events<MoneyMoved, AccountClosed>> {
  using AggregateRoot::AggregateRoot;
  void move(std::int64_t cents) {
    if (state().closed || state().cents + cents < 0) {
      throw leftfold::Error{leftfold::Errc::invalid_argument, id() + " does not have that much: move less"};
    }
    create_event(MoneyMoved{cents});
  }
  void close() { create_event(AccountClosed{}); }
};

// [by_hand]
void move_by_hand(leftfold::SqliteStore& store) {
  leftfold::Snapshots snapshots{store.snapshots()};  // one for all repositories of the process
  leftfold::Repository<Account> accounts{store, {.snapshots = &snapshots, .snapshot_policy = {.every = 100}}};
  accounts.execute("acc-1", [](Account& account) { account.move(100); });
}
// [/by_hand]

// [history]
void print_history(leftfold::Repository<Account>& accounts) {
  leftfold::History history = accounts.history("acc-1", {.from = leftfold::Version{998}});
  while (const auto step = history.next()) {
    std::cout << step->event.version.value() << ' ' << step->event.type << '\n';
    for (const auto& change : step->changes) {
      std::cout << "  " << change.path << ": " << change.before << " -> " << change.after << '\n';
    }
  }
}
// [/history]

int main(int argc, char** argv) {
  leftfold::App app{"snapshots"};
  // [app]
  app.settings().set("snapshot.every", "100");  // LEFTFOLD_SNAPSHOT_EVERY and leftfold.toml overrule it
  app.aggregate<Account>();
  // [/app]
  app.command("tell", "moves money a thousand times and looks back", [](leftfold::App& service, auto, auto&) {
    auto accounts = service.repository<Account>();
    for (int i = 0; i < 1000; ++i) accounts.execute("acc-1", [](Account& account) { account.move(5); });
    accounts.execute("acc-1", [](Account& account) { account.close(); });
    service.snapshots().flush();  // only to have them all counted below

    // [past]
    const Account now = accounts.load("acc-1");  // the newest snapshot, and the events behind it
    const Account then = accounts.load_at("acc-1", leftfold::Version{499});
    // [/past]
    std::cout << now.state().cents << " cents now, " << then.state().cents << " after 500 transfers\n";
    print_history(accounts);
    std::cout << service.metrics().prometheus();
    return 0;
  });
  app.command("by-hand", "FILE: the same without an App, once", [](auto&, auto arguments, auto&) {
    leftfold::SqliteStore store{{.file = arguments.empty() ? "accounts.db" : arguments[0]}};
    move_by_hand(store);
    return 0;
  });
  return leftfold::cli::run(argc, argv, app);
}
