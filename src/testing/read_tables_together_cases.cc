// SPDX-License-Identifier: Apache-2.0
// Cases of several threads, several openings, and of many random calls.
#include <map>
#include <optional>
#include <random>
#include <string>

#include <leftfold/error.h>
#include <leftfold/read_table.h>

#include "testing/read_tables_cases.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

struct Counter {
  std::int64_t n = 0;
  std::int64_t changes = 0;
  std::string name = "none";
};

void others_see_what_is_committed(ReadTablesTest& t) {
  if (!t.options.others_read_meanwhile) return;
  t.tables->add("hot", "a", "n", 1);
  const std::shared_ptr<ReadTables> other = t.open();
  const auto transaction = t.tables->begin("p");
  t.tables->add("hot", "a", "n", 5);
  t.tables->put("hot", "b", "{}");
  const auto seen = [&](ReadTables& tables) {
    std::string row;
    std::size_t rows = 0;
    on_threads(1, [&](int) {
      row = tables.find("hot", "a").value_or("");
      rows = tables.list("hot", "", 10).size();
    });
    return row + " " + std::to_string(rows);
  };
  expect_equal(seen(*t.tables), R"({"n":1} 1)", "another thread, before the commit");
  expect_equal(seen(*other), R"({"n":1} 1)", "another opening, before the commit");
  transaction->commit(Position{1});
  expect_equal(seen(*t.tables), R"({"n":6} 2)", "another thread, after the commit");
  expect_equal(seen(*other), R"({"n":6} 2)", "another opening, after the commit");
}

void no_addition_gets_lost(ReadTablesTest& t) {
  constexpr int kThreads = 3;
  constexpr int kEach = 15;
  const std::shared_ptr<ReadTables> other = t.open();
  on_threads(kThreads, [&](int thread) {
    ReadTables& tables = thread == 0 ? *other : *t.tables;
    for (int i = 0; i < kEach; ++i) tables.add("hot", "all", "n", 1);
  });
  t.expect_row("all", R"({"n":45})");
}

// Each projector adds to one row that they share and to one of its own; what was read is what is changed.
void transactions_do_not_overwrite_each_other(ReadTablesTest& t) {
  constexpr int kThreads = 3;
  constexpr int kEach = 8;
  const std::shared_ptr<ReadTables> other = t.open();
  on_threads(kThreads, [&](int thread) {
    ReadTables& tables = thread == 0 ? *other : *t.tables;
    const ReadTable<Counter> hot{tables, "hot"};
    const std::string name = "p" + std::to_string(thread);
    for (int i = 0; i < kEach;) {
      try {
        const auto transaction = tables.begin(name);
        expect_equal(transaction->checkpoint().value_or(Position::start()), Position{i}, "checkpoint");
        hot.update("all", [](Counter& c) {
          c.n += 2;
          ++c.changes;
        });
        hot.add(name, &Counter::n, 1);
        transaction->commit(Position{i + 1});
        ++i;
      } catch (const Error& error) {
        if (!error.retryable()) throw;  // another one came first: nothing happened
      }
    }
  });
  const ReadTable<Counter> hot{*t.tables, "hot"};
  const Counter all = hot.find("all").value_or(Counter{});
  expect_equal(all.n, std::int64_t{2} * kThreads * kEach, "sum of all");
  expect_equal(all.changes, std::int64_t{kThreads} * kEach, "changes of all");
  expect_equal(all.name, std::string{"none"}, "the member that nobody set");
  for (int thread = 0; thread < kThreads; ++thread) {
    const auto own = hot.find("p" + std::to_string(thread));
    expect_equal(own.value_or(Counter{}).n, std::int64_t{kEach}, "sum of one");
  }
  expect_equal(hot.rows().size(), std::size_t{kThreads + 1}, "rows");
}

void all_handled_versions_may_go_at_once(ReadTablesTest& t) {
  {
    const auto transaction = t.tables->begin("p");
    for (int i = 0; i < 60; ++i) transaction->set_handled("p", "a" + std::to_string(i), Version{i});
    transaction->set_handled("p", "", Version{7});
    transaction->set_handled("other", "a1", Version{1});
    transaction->commit(Position{1});
  }
  {
    const auto undone = t.tables->begin("p");
    undone->forget_all_handled("p");
    expect(!undone->handled("p", "a1"), "they are gone in the transaction");
  }
  {
    const auto transaction = t.tables->begin("p");
    expect(transaction->handled("p", "a1") == Version{1}, "they are there again without a commit");
    transaction->set_handled("p", "a61", Version{61});
    transaction->forget_all_handled("p");
    transaction->set_handled("p", "a62", Version{62});
    transaction->commit(Position{2});
  }
  t.reopen();
  const auto transaction = t.tables->begin("p");
  expect(!transaction->handled("p", "a1"), "they are gone");
  expect(transaction->handled("p", "a62") == Version{62}, "what came later is there");
  expect(transaction->handled("p", "") == Version{7}, "that of the empty id stays");
  expect(transaction->handled("other", "a1") == Version{1}, "those of others stay");
  expect_equal(transaction->all_handled("p").size(), std::size_t{2}, "rows in all");
}

// The tables as a map, and as it is inside of a transaction.
using Rows = std::map<std::string, std::map<std::string, std::int64_t>>;

std::string text(const std::map<std::string, std::int64_t>& row) {
  std::string json = "{";
  for (const auto& [member, value] : row) {
    json += (json.size() > 1 ? ",\"" : "\"") + member + "\":" + std::to_string(value);
  }
  return json + "}";
}

void expect_same(ReadTables& tables, const Rows& model, std::string_view after, std::size_t max) {
  std::vector<TableRow> rows = tables.list("hot", after, max);
  auto expected = model.upper_bound(std::string{after});
  for (const TableRow& row : rows) {
    expect(expected != model.end(), "there are no more rows than in the model");
    expect_equal(row.key, expected->first, "key");
    expect(Json::parse(row.row) == Json::parse(text(expected->second)),
           "row " + row.key + ": " + row.row + ", in the model " + text(expected->second));
    ++expected;
  }
  expect(rows.size() == max || expected == model.end(), "no row of the model is missing");
}

void random_calls_agree_with_a_map(ReadTablesTest& t) {
  std::mt19937 random{20'240'501};
  const auto up_to = [&](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
  const std::string members[] = {"n", "m"};
  Rows committed;
  std::int64_t done = 0;
  for (int round = 0; round < 25; ++round) {
    Rows model = committed;
    std::unique_ptr<ReadModelTransaction> transaction;
    if (up_to(4) > 0) transaction = t.tables->begin("p");
    for (int i = up_to(30); i > 0; --i) {
      const std::string key = "row" + std::to_string(up_to(12));
      const std::string& member = members[up_to(2)];
      switch (up_to(transaction ? 20 : 19)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          model[key] = {{member, up_to(1000)}};
          t.tables->put("hot", key, text(model[key]));
          break;
        }
        case 4:
        case 5:
        case 6:
        case 7:
        case 8: {
          const int amount = up_to(200) - 100;
          model[key][member] += amount;
          t.tables->add("hot", key, member, amount);
          break;
        }
        case 9:
        case 10:
          model.erase(key);
          t.tables->erase("hot", key);
          break;
        case 11:
        case 12:
        case 13:
        case 14: t.expect_row(key, model.contains(key) ? text(model[key]) : ""); break;
        case 15:
        case 16:
        case 17:
          expect_same(*t.tables, model, up_to(2) == 0 ? "" : key, static_cast<std::size_t>(1 + up_to(15)));
          break;
        case 18:
          if (up_to(3) > 0) break;
          model.clear();
          t.tables->clear("hot");
          break;
        default: expect_same(*t.tables, model, "", 100); break;
      }
    }
    if (!transaction || up_to(4) > 0) {
      if (transaction) transaction->commit(Position{++done});
      committed = std::move(model);
    }
    transaction.reset();
    expect_same(*t.tables, committed, "", 100);
  }
}

constexpr NamedCheck<ReadTablesTest> kCases[] = {
    {"others see what is committed", others_see_what_is_committed},
    {"no addition gets lost", no_addition_gets_lost},
    {"transactions do not overwrite each other", transactions_do_not_overwrite_each_other},
    {"all handled versions may go at once", all_handled_versions_may_go_at_once},
    {"random calls agree with a map", random_calls_agree_with_a_map},
};

}  // namespace

std::span<const NamedCheck<ReadTablesTest>> read_tables_together_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
