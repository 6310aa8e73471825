// SPDX-License-Identifier: Apache-2.0
// Where the processes of a test meet: tables on a server with DynamoDB's API.
#pragma once

#include <filesystem>

#include <leftfold/dynamodb.h>

#include "base/sleep.h"
#include "dynamodb/service.h"
#include "support/passing_clock.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold::test_letters {

inline constexpr Timestamp kBegin = test_support::PassingClock::kBegin;

struct Place {
  test_sqlite::TempDir folder;
  test_dynamodb::TestTables tables;
  [[nodiscard]] std::filesystem::path handled() const { return folder.file("handled"); }
};

/// The store as a process has it that has watched since kBegin, and whose clock stands at `now`. Claims end by what a
/// process saw: it looks at them first, and then the time passes.
struct Opened {
  explicit Opened(const Place& place, Timestamp now = kBegin) : store{options(place)} {
    if (now == kBegin) return;
    (void)letters().list({}, 0, 1000);
    base::sleep_for(clock, now - kBegin);  // over at once
  }
  [[nodiscard]] DeadLetterStore& letters() { return store.dead_letters(); }
  test_support::PassingClock clock;
  DynamoDbStore store;

 private:
  DynamoDbOptions options(const Place& place) {
    DynamoDbOptions made = place.tables.options();
    made.tables = DynamoDbOptions::Tables::unchecked;
    made.clock = &clock;
    return made;
  }
};

}  // namespace leftfold::test_letters
