// Five processes on one SQLite file: T14 of the failure tests. Time is real and short; every wait is for a condition.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <leftfold/sqlite.h>

#include "breakers/caller.h"
#include "breakers/processes.h"
#include "support/temporary_folder.h"

namespace breakers {
namespace {

using namespace std::chrono_literals;
using State = leftfold::BreakerRecord::State;

class Breakers : public ::testing::Test {
 public:
  static leftfold::SqliteOptions options_for(const Place& place) {
    leftfold::SqliteOptions options;
    options.file = place.store();
    return options;
  }
  [[nodiscard]] leftfold::BreakerRecord record() { return store.breakers().read(kBreaker); }
  [[nodiscard]] bool closed_everywhere() {
    return processes.count("closed") == 5 && record().state == State::closed && record().nodes.empty();
  }
  bool write(State state) {
    leftfold::BreakerRecord said = record();
    said.state = state;
    said.nodes.clear();
    said.by = "test";
    return store.breakers().write(said);
  }
  bool open_for_all() {
    processes.break_all();
    return processes.wait([&] { return record().state == State::open && processes.count("open") == 5; });
  }

  leftfold::test_support::TemporaryFolder folder;
  Place place{folder.path()};
  leftfold::SqliteStore store{options_for(place)};
  Processes processes{place, 5};
};

TEST_F(Breakers, NothingIsWrittenWhileAllAreHealthy) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(place.store().c_str(), &db), SQLITE_OK);
  const auto data_version = [&] {
    int version = -1;
    sqlite3_exec(
        db, "PRAGMA data_version",
        [](void* into, int, char** values, char**) {
          *static_cast<int*>(into) = std::stoi(values[0]);
          return 0;
        },
        &version, nullptr);
    return version;
  };
  const int before = data_version();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(processes.wait([&] { return std::chrono::steady_clock::now() - begin > 1500ms; }));  // some 75 reads
  EXPECT_EQ(data_version(), before) << "no other connection has changed the file";
  EXPECT_EQ(record().revision, 0);
  sqlite3_close(db);
}

TEST_F(Breakers, OneBadProcessOpensOnlyItself) {
  processes.at(3).break_it();
  ASSERT_TRUE(processes.wait([&] { return processes.at(3).opened() >= 4; })) << "open, and again after each probe";
  for (const std::size_t other : {0U, 1U, 2U, 4U}) EXPECT_EQ(processes.at(other).opened(), 0) << other;
  EXPECT_EQ(record().state, State::closed);
  processes.at(3).repair();
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); })) << "and the record is clean again";
}

TEST_F(Breakers, WithAQuorumAllOpenOneProbesAndAllCloseAgain) {
  processes.at(0).break_it();
  processes.at(1).break_it();
  ASSERT_TRUE(processes.wait([&] { return processes.count("open") == 5; })) << "two of five are enough";
  ASSERT_TRUE(open_for_all());
  const std::uint64_t reopened = record().reopened;
  ASSERT_TRUE(processes.wait([&] { return record().reopened >= reopened + 3; })) << "probes fail";
  processes.repair_all();
  ASSERT_TRUE(processes.wait([&] { return closed_everywhere(); }));
  EXPECT_GE(processes.most_probing(), 1);
}

TEST_F(Breakers, OneProcessProbesAtATime) {
  ASSERT_TRUE(open_for_all());
  int probes_before = 0;
  for (std::size_t i = 0; i < 5; ++i) probes_before += processes.at(i).probes();
  const std::uint64_t reopened = record().reopened;
  // From here on the record is open: whoever probes has its token. Two that are half-open at once would show.
  std::size_t most_half_open = 0;
  ASSERT_TRUE(processes.wait([&] {
    most_half_open = std::max(most_half_open, processes.count("half_open"));
    return record().reopened >= reopened + 5;
  }));
  int probes = -probes_before;
  for (std::size_t i = 0; i < 5; ++i) probes += processes.at(i).probes();
  EXPECT_GE(probes, 4);
  EXPECT_LE(probes, 7) << "one call each time the open time was over";
  EXPECT_EQ(most_half_open, 1U);
}

TEST_F(Breakers, WhenTheProberIsKilledAnotherTakesOverAfterItsLease) {
  ASSERT_TRUE(open_for_all());
  Process* prober = nullptr;
  ASSERT_TRUE(processes.wait([&] {
    for (std::size_t i = 0; i < 5; ++i) {
      if (processes.at(i).probing() && record().prober == processes.at(i).node()) prober = &processes.at(i);
    }
    return prober != nullptr;
  }));
  prober->kill();
  const auto killed = std::chrono::steady_clock::now();
  processes.repair_all();
  const leftfold::BreakerRecord left = record();
  if (left.state != State::half_open) GTEST_SKIP() << "its probe had ended just before";
  ASSERT_TRUE(processes.wait([&] { return record().revision != left.revision; }));
  EXPECT_GE(std::chrono::steady_clock::now() - killed, shared_options("").probe_lease - 300ms)
      << "nobody touches a lease that may still be used";
  EXPECT_TRUE(processes.wait([&] { return processes.count("closed") == 4 && record().state == State::closed; }));
}

TEST_F(Breakers, WithoutTheStoreEachProcessHasItsLocalBreaker) {
  processes.at(0).break_it();
  processes.at(1).break_it();
  {
    // Nobody can write, so no vote is heard: those two open for themselves alone.
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(place.store().c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10'000);
    ASSERT_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    const int opened = processes.at(0).opened();
    const int opened_other = processes.at(1).opened();
    EXPECT_TRUE(processes.wait(
        [&] { return processes.at(0).opened() >= opened + 3 && processes.at(1).opened() >= opened_other + 3; }));
    sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_close(db);
  }
  EXPECT_TRUE(processes.wait([&] { return record().state == State::open && processes.count("open") == 5; }))
      << "it is heard again";
  // And now the store is gone while all are open: they find out by themselves.
  processes.repair_all();
  std::filesystem::rename(place.store(), place.folder / "away.db");
  EXPECT_TRUE(processes.wait([&] { return processes.count("closed") == 5; }));
  std::filesystem::rename(place.folder / "away.db", place.store());
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); }));
}

TEST_F(Breakers, OperatorsAreObeyedByAll) {
  ASSERT_TRUE(write(State::forced_open));
  EXPECT_TRUE(processes.wait([&] { return processes.count("forced_open") == 5; }));
  ASSERT_TRUE(write(State::closed));
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); }));
  ASSERT_TRUE(write(State::disabled));
  EXPECT_TRUE(processes.wait([&] { return processes.count("disabled") == 5; }));
  ASSERT_TRUE(write(State::closed));
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); }));
}

}  // namespace
}  // namespace breakers

int main(int argc, char** argv) {
  if (argc == 6 && std::string_view{argv[1]} == "caller") {
    breakers::call_for_ever(breakers::Place{argv[2]}, argv[3], std::stoi(argv[4]), std::stoi(argv[5]));
    return 0;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
