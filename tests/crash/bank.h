// SPDX-License-Identifier: Apache-2.0
// What the crash test writes and reads: accounts, a table of their totals, and commands that depend on their number
// only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/projector.h>
#include <leftfold/repository.h>
#include <leftfold/sqlite_read_model.h>

namespace crash {

// `command` and `part` tell which command an event is of, so that the store can be checked against what was
// acknowledged.
struct Booked {
  std::string command;
  int part = 0;
  std::int64_t amount = 0;
};
struct Charged {
  std::string command;
  int part = 0;
  std::int64_t fee = 0;
};
using AccountEvents = leftfold::Events<Booked, Charged>;

struct AccountState {
  std::int64_t balance = 0;
  void apply(const Booked& e) { balance += e.amount; }
  void apply(const Charged& e) { balance -= e.fee; }
};

// The n-th command of a writer's thread.
struct Command {
  int thread = 0;
  int n = 0;

  [[nodiscard]] std::string key() const { return "t" + std::to_string(thread) + "-" + std::to_string(n); }
  // Few accounts, so that threads meet on them.
  [[nodiscard]] std::string account() const { return "account-" + std::to_string((thread + n * 3) % 7); }
  [[nodiscard]] int events() const { return 1 + (thread + n) % 4; }
};

class Account : public leftfold::AggregateRoot<AccountState, AccountEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void run(const Command& command) {
    for (int part = 0; part < command.events(); ++part) {
      if (part % 2 == 0) {
        create_event(Booked{command.key(), part, 100 + command.n % 50});
      } else {
        create_event(Charged{command.key(), part, 1 + command.thread});
      }
    }
  }
};

// A sum a second delivery would spoil: it is right only if each event counts exactly once.
struct Totals : leftfold::Projector<AccountEvents> {
  explicit Totals(leftfold::SqliteReadModel& d) : db{d} {}
  leftfold::SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS totals");
    db.execute("CREATE TABLE totals(account TEXT PRIMARY KEY, balance INTEGER NOT NULL, events INTEGER NOT NULL)");
  }
  void on(const Booked& e, const leftfold::EventMetadata& meta) { add(meta.aggregate_id, e.amount); }
  void on(const Charged& e, const leftfold::EventMetadata& meta) { add(meta.aggregate_id, -e.fee); }
  void add(const std::string& account, std::int64_t amount) {
    db.execute(
        "INSERT INTO totals VALUES(?, ?, 1) ON CONFLICT DO UPDATE SET balance = balance + excluded.balance, "
        "events = events + 1",
        account, amount);
  }
  leftfold::SqliteReadModel& db;
};

struct TotalsRow {
  std::string account;
  std::int64_t balance = 0;
  std::int64_t events = 0;
};

}  // namespace crash
