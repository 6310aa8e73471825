// SPDX-License-Identifier: Apache-2.0
// What the chaos tests publish and handle: steps of accounts, and a table that is right only if each step counted
// exactly once and in order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/event.h>
#include <leftfold/metadata.h>
#include <leftfold/projector.h>
#include <leftfold/sqlite_read_model.h>

namespace leftfold::test_kafka {

struct Step {
  std::int64_t amount = 0;
  std::int64_t work_ms = 0;  // how long a listener works on it
  bool poison = false;       // a listener fails on it until it is mended
  std::string command{};     // which command it came from, where that matters
};
using StepEvents = Events<Step>;

/// The fold of an account. `chain` depends on the order of the amounts.
struct Account {
  std::string account;
  std::int64_t steps = 0;
  std::int64_t balance = 0;
  std::int64_t chain = 0;
  bool operator==(const Account&) const = default;

  static constexpr std::int64_t kFactor = 31;
  static constexpr std::int64_t kModulus = 1'000'000'007;
  void add(std::int64_t amount) {
    ++steps;
    balance += amount;
    chain = (chain * kFactor + amount) % kModulus;
  }
};

class Ledger : public Projector<StepEvents> {
 public:
  explicit Ledger(SqliteReadModel& db) : db_{db} {}
  [[nodiscard]] SqliteReadModel& read_model() const { return db_; }
  void reset() {
    db_.execute("DROP TABLE IF EXISTS ledger");
    db_.execute("CREATE TABLE ledger(account TEXT PRIMARY KEY, steps INTEGER, balance INTEGER, chain INTEGER)");
  }
  void on(const Step& step, const EventMetadata& meta) {
    db_.execute(
        "INSERT INTO ledger VALUES(?1, 1, ?2, ?2) ON CONFLICT DO UPDATE SET steps = steps + 1, "
        "balance = balance + ?2, chain = (chain * ?3 + ?2) % ?4",
        meta.aggregate_id, step.amount, Account::kFactor, Account::kModulus);
  }
  [[nodiscard]] static std::vector<Account> rows(SqliteReadModel& db) {
    return db.query<Account>("SELECT account, steps, balance, chain FROM ledger");
  }

 private:
  SqliteReadModel& db_;
};

}  // namespace leftfold::test_kafka
