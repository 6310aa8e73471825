// SPDX-License-Identifier: Apache-2.0
// Where the processes of a test meet: a SQLite file.
#pragma once

#include <chrono>
#include <filesystem>

#include <leftfold/sqlite.h>

#include "unit/sqlite/fixed_clock.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold::test_letters {

inline const Timestamp kBegin{std::chrono::milliseconds{1'714'564'800'000}};

struct Place {
  test_sqlite::TempDir folder;
  [[nodiscard]] std::filesystem::path events() const { return folder.file(); }
  [[nodiscard]] std::filesystem::path handled() const { return folder.file("handled"); }
};

/// The store as a process has it whose clock stands at `now`. In every store a claim that was there at kBegin, and was
/// not renewed since, has ended once `now` is its lease behind that.
struct Opened {
  explicit Opened(const Place& place, Timestamp now = kBegin) : clock{now}, store{options(place)} {}
  [[nodiscard]] DeadLetterStore& letters() { return store.dead_letters(); }
  test_sqlite::FixedClock clock;
  SqliteStore store;

 private:
  SqliteOptions options(const Place& place) {
    SqliteOptions made = test_sqlite::options_for(place.events());
    made.clock = &clock;
    return made;
  }
};

}  // namespace leftfold::test_letters
