// SPDX-License-Identifier: Apache-2.0
// What the cases of the suite of read tables share.
#pragma once

#include <initializer_list>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/json_value.h>
#include <leftfold/testing/expect.h>
#include <leftfold/testing/read_tables_suite.h>

#include "testing/cases_of.h"

namespace leftfold::inline v0::testing {

struct ReadTablesPlace {
  MakeReadTables make;
  ReadTablesSuiteOptions options;
};

// A fresh place with its tables open.
struct ReadTablesTest {
  explicit ReadTablesTest(const ReadTablesPlace& place) : options{place.options}, open{place.make()}, tables{open()} {}
  void reopen() {
    tables.reset();
    tables = open();
  }
  // The row of table "hot"; `expected` empty: there is none.
  void expect_row(std::string_view key, std::string_view expected,
                  std::source_location where = std::source_location::current()) const {
    const auto row = tables->find("hot", key);
    expect_equal(row.has_value(), !expected.empty(), "whether there is a row " + std::string{key}, where);
    if (row && Json::parse(*row) != Json::parse(expected)) {
      expect_equal(*row, std::string{expected}, "row " + std::string{key}, where);
    }
  }
  void expect_keys(std::initializer_list<const char*> expected, std::string_view after = {}, std::size_t max = 100,
                   std::source_location where = std::source_location::current()) const {
    std::string actual;
    for (const TableRow& row : tables->list("hot", after, max)) actual += row.key + ' ';
    std::string wanted;
    for (const char* const key : expected) wanted += std::string{key} + ' ';
    expect_equal(actual, wanted, "keys", where);
  }

  ReadTablesSuiteOptions options;
  OpenReadTables open;
  std::shared_ptr<ReadTables> tables;
};

/// Several threads, several openings, and many random calls.
[[nodiscard]] std::span<const NamedCheck<ReadTablesTest>> read_tables_together_cases();

}  // namespace leftfold::inline v0::testing
