// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/read_tables_suite.h>

#include <string>
#include <utility>

#include "testing/cases_of.h"
#include "testing/read_tables_cases.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

void a_table_is_empty_before_its_first_row(ReadTablesTest& t) {
  expect(!t.tables->find("hot", "apple"), "no row");
  expect(t.tables->list("hot", "", 10).empty(), "no rows");
  t.tables->erase("hot", "apple");
  t.tables->clear("hot");
  expect(t.tables->list("hot", "", 10).empty(), "no rows after clear()");
}

void a_row_comes_back_as_it_was_put(ReadTablesTest& t) {
  const char* const row = R"({"text":"grün \"quoted\"","none":null,"yes":true,"whole":-9007199254740993,)"
                          R"("part":0.25,"list":[1,"a",{}],"deep":{"a":{"b":[]}}})";
  t.tables->put("hot", "apple", row);
  t.tables->put("hot", "empty", "{}");
  t.expect_row("apple", row);
  t.expect_row("empty", "{}");
  t.reopen();
  t.expect_row("apple", row);
  t.expect_row("Apple", {});
  expect(!t.tables->find("cold", "apple"), "a row belongs to one table");
}

void put_replaces_and_erase_takes_away(ReadTablesTest& t) {
  t.tables->put("hot", "apple", R"({"a":1,"b":2})");
  t.tables->put("hot", "apple", R"({"b":3})");
  t.expect_row("apple", R"({"b":3})");
  t.tables->erase("hot", "apple");
  t.tables->erase("hot", "never there");
  t.expect_row("apple", {});
}

void add_makes_what_is_missing(ReadTablesTest& t) {
  t.tables->add("hot", "apple", "quantity", 3);
  t.tables->add("hot", "apple", "quantity", -5);
  t.expect_row("apple", R"({"quantity":-2})");
  t.tables->put("hot", "pear", R"({"name":"Pear"})");
  t.tables->add("hot", "pear", "quantity", 9'007'199'254'740'993);
  t.tables->add("hot", "pear", "value", 0);
  t.expect_row("pear", R"({"name":"Pear","quantity":9007199254740993,"value":0})");
}

void add_belongs_to_what_was_written_before_it(ReadTablesTest& t) {
  t.tables->add("hot", "old", "n", 1);
  t.tables->add("hot", "gone", "n", 1);
  const auto transaction = t.tables->begin("p");
  t.tables->put("hot", "new", R"({"n":10})");
  t.tables->add("hot", "new", "n", 1);
  t.tables->add("hot", "old", "n", 1);
  t.expect_row("old", R"({"n":2})");
  t.tables->add("hot", "old", "n", 1);
  t.tables->erase("hot", "gone");
  t.tables->add("hot", "gone", "n", 5);
  t.tables->add("hot", "put", "n", 5);
  t.tables->put("hot", "put", "{}");
  const auto expect_all = [&t] {
    t.expect_row("new", R"({"n":11})");
    t.expect_row("old", R"({"n":3})");
    t.expect_row("gone", R"({"n":5})");
    t.expect_row("put", "{}");
  };
  expect_all();
  transaction->commit(Position{1});
  expect_all();
}

void rows_are_listed_by_key(ReadTablesTest& t) {
  for (const char* key : {"b", "a", "ab", "B", "é", "~", "10", "9"}) t.tables->put("hot", key, "{}");
  t.expect_keys({"10", "9", "B", "a", "ab", "b", "~", "é"});
  t.expect_keys({"10", "9", "B"}, "", 3);
  t.expect_keys({"a", "ab"}, "B", 2);
  t.expect_keys({"b", "~", "é"}, "ac");
  t.expect_keys({}, "é");
  t.expect_keys({}, "", 0);
}

void lists_show_what_the_transaction_wrote(ReadTablesTest& t) {
  for (const char* key : {"a", "b", "c", "d", "e"}) t.tables->put("hot", key, R"({"n":1})");
  const auto transaction = t.tables->begin("p");
  t.tables->erase("hot", "a");
  t.tables->erase("hot", "c");
  t.tables->put("hot", "bb", R"({"n":2})");
  t.tables->add("hot", "d", "n", 1);
  t.tables->add("hot", "z", "n", 7);
  t.expect_keys({"b", "bb", "d", "e", "z"});
  t.expect_keys({"b", "bb"}, "", 2);
  t.expect_keys({"bb", "d", "e"}, "b", 3);
  t.expect_keys({"e", "z"}, "d");
  expect_equal(t.tables->list("hot", "bb", 1).at(0).row, std::string{R"({"n":2})"}, "row of d");
  transaction->commit(Position{1});
  t.expect_keys({"b", "bb", "d", "e", "z"});
}

void clear_takes_all_rows_of_one_table(ReadTablesTest& t) {
  for (int i = 0; i < 120; ++i) t.tables->put("hot", std::to_string(i), "{}");
  t.tables->put("cold", "apple", "{}");
  t.tables->clear("hot");
  t.expect_keys({});
  t.expect_row("1", {});
  expect(t.tables->find("cold", "apple").has_value(), "another table keeps its rows");
  t.tables->put("hot", "new", "{}");
  t.expect_keys({"new"});
  t.reopen();
  t.expect_keys({"new"});
}

void clear_belongs_to_the_transaction(ReadTablesTest& t) {
  t.tables->put("hot", "old", R"({"n":1})");
  {
    const auto undone = t.tables->begin("p");
    t.tables->put("hot", "before", "{}");
    t.tables->clear("hot");
    t.tables->add("hot", "old", "n", 5);
    t.expect_row("old", R"({"n":5})");
    t.expect_keys({"old"});
  }
  t.expect_row("old", R"({"n":1})");
  t.expect_keys({"old"});
  const auto transaction = t.tables->begin("p");
  (void)t.tables->find("hot", "old");
  t.tables->put("hot", "before", "{}");
  t.tables->clear("hot");
  t.expect_keys({});
  t.tables->put("hot", "new", "{}");
  t.tables->clear("hot");
  t.tables->add("hot", "last", "n", 2);
  transaction->commit(Position{1});
  t.expect_keys({"last"});
  t.expect_row("last", R"({"n":2})");
}

void writes_and_checkpoint_commit_together(ReadTablesTest& t) {
  {
    const auto undone = t.tables->begin("p");
    t.tables->put("hot", "a", R"({"n":1})");
    t.tables->add("hot", "b", "n", 1);
    t.expect_row("a", R"({"n":1})");
  }
  t.expect_row("a", {});
  t.expect_row("b", {});
  expect(!t.tables->checkpoint("p"), "what was undone left no checkpoint");
  {
    const auto transaction = t.tables->begin("p");
    t.tables->put("hot", "a", R"({"n":1})");
    t.tables->add("hot", "b", "n", 1);
    transaction->commit(Position{4});
    t.expect_row("a", R"({"n":1})");
  }
  t.reopen();
  t.expect_row("a", R"({"n":1})");
  t.expect_row("b", R"({"n":1})");
  expect(t.tables->checkpoint("p") == Position{4}, "the checkpoint is stored with the rows");
}

void what_no_table_can_hold_is_refused(ReadTablesTest& t) {
  const auto refused = [&](auto call, const char* what) { (void)expect_error(Errc::invalid_argument, call, what); };
  for (const char* name : {"", "Hot", "1hot", "hot-products", "leftfold_rows", "sqlite_rows", "events", "streams"}) {
    refused([&] { t.tables->put(name, "a", "{}"); }, name);
    refused([&] { (void)t.tables->list(name, "", 1); }, name);
  }
  refused([&] { t.tables->put(std::string(kMaxTableName + 1, 'a'), "a", "{}"); }, "a long name");
  refused([&] { t.tables->put("hot", "", "{}"); }, "an empty key");
  refused([&] { t.tables->put("hot", std::string(kMaxRowKey + 1, 'a'), "{}"); }, "a long key");
  refused([&] { (void)t.tables->find("hot", "\xff"); }, "a key that is not UTF-8");
  for (const char* row : {R"({"k":1})", R"({"s":1})", R"({"r":1})", R"({"a\"b":1})", R"({"":1})"}) {
    refused([&] { t.tables->put("hot", "a", row); }, row);
  }
  refused([&] { t.tables->add("hot", "a", "k", 1); }, "a member that is an attribute of DynamoDB's row");
  for (const char* row : {"", "[]", "1", "{", "{} {}"}) {
    try {
      t.tables->put("hot", "a", row);
    } catch (const Error& error) {
      expect(error.code() == Errc::invalid_argument || error.code() == Errc::invalid_data, "what is no JSON object");
      continue;
    }
    expect(false, "what is no JSON object is refused");
  }
  t.expect_keys({});
  t.tables->put("hot", std::string(kMaxRowKey, 'a'), "{}");
  t.tables->put(std::string(kMaxTableName, 'a'), "a", "{}");
}

constexpr NamedCheck<ReadTablesTest> kCases[] = {
    {"a table is empty before its first row", a_table_is_empty_before_its_first_row},
    {"a row comes back as it was put", a_row_comes_back_as_it_was_put},
    {"put replaces a row, erase takes it away", put_replaces_and_erase_takes_away},
    {"add makes the row and the member that are missing", add_makes_what_is_missing},
    {"add belongs to what was written before it", add_belongs_to_what_was_written_before_it},
    {"rows are listed by key", rows_are_listed_by_key},
    {"lists show what the transaction wrote", lists_show_what_the_transaction_wrote},
    {"clear takes all rows of one table away", clear_takes_all_rows_of_one_table},
    {"clear belongs to the transaction", clear_belongs_to_the_transaction},
    {"writes and the checkpoint commit together", writes_and_checkpoint_commit_together},
    {"what no table can hold is refused", what_no_table_can_hold_is_refused},
};

}  // namespace

std::vector<Case> read_tables_suite(MakeReadTables make, ReadTablesSuiteOptions options) {
  const ReadTablesPlace place{std::move(make), options};
  return cases_of<ReadTablesTest>(place, {kCases, read_tables_together_cases()});
}

}  // namespace leftfold::inline v0::testing
