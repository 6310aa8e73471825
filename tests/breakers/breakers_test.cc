// SPDX-License-Identifier: Apache-2.0
// Five processes on one store: T14 of the failure tests. Time is real and short; every wait is for a condition.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "breakers/caller.h"
#include "breakers/processes.h"
#include "breakers/shared_store.h"
#include "support/temporary_folder.h"

namespace breakers {
namespace {

using namespace std::chrono_literals;
using State = leftfold::BreakerRecord::State;

struct Kind {
  const char* name;
  MakeSharedStore make;
};
// For the tests' names.
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class Breakers : public ::testing::TestWithParam<Kind> {
 public:
  [[nodiscard]] leftfold::BreakerRecord record() { return store->breakers().read(kBreaker); }
  [[nodiscard]] bool closed_everywhere() {
    return processes.count("closed") == 5 && record().state == State::closed && record().nodes.empty();
  }
  bool write(State state) {
    leftfold::BreakerRecord said = record();
    said.state = state;
    said.nodes.clear();
    said.by = "test";
    return store->breakers().write(said);
  }
  bool open_for_all() {
    processes.break_all();
    return processes.wait([&] { return record().state == State::open && processes.count("open") == 5; });
  }

  leftfold::test_support::TemporaryFolder folder;
  Place place{folder.path()};
  const std::unique_ptr<SharedStore> store = GetParam().make(place.folder);
  Processes processes{place, 5};
};

TEST_P(Breakers, NothingIsWrittenWhileAllAreHealthy) {
  const int before = store->writes();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(processes.wait([&] { return std::chrono::steady_clock::now() - begin > 1500ms; }));  // some 75 reads
  EXPECT_EQ(store->writes(), before);
  EXPECT_EQ(record().revision, 0);
}

TEST_P(Breakers, OneBadProcessOpensOnlyItself) {
  processes.at(3).break_it();
  ASSERT_TRUE(processes.wait([&] { return processes.at(3).opened() >= 4; })) << "open, and again after each probe";
  for (const std::size_t other : {0U, 1U, 2U, 4U}) EXPECT_EQ(processes.at(other).opened(), 0) << other;
  EXPECT_EQ(record().state, State::closed);
  processes.at(3).repair();
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); })) << "and the record is clean again";
}

TEST_P(Breakers, WithAQuorumAllOpenOneProbesAndAllCloseAgain) {
  processes.at(0).break_it();
  processes.at(1).break_it();
  ASSERT_TRUE(processes.wait([&] { return processes.count("open") == 5; })) << "two of five are enough";
  ASSERT_TRUE(open_for_all());
  const std::uint64_t reopened = record().reopened;
  ASSERT_TRUE(processes.wait([&] { return record().reopened >= reopened + 3; })) << "probes fail";
  processes.repair_all();
  ASSERT_TRUE(processes.wait([&] { return closed_everywhere(); }));
  EXPECT_GE(processes.most_half_open({}), 1);
}

TEST_P(Breakers, OneProcessProbesAtATime) {
  ASSERT_TRUE(open_for_all());
  // From here on the record is open: whoever probes has its token. Two that are half-open at once would show.
  const auto open_since = std::chrono::steady_clock::now();
  const auto reopened_and_probes = [&] {  // of one moment
    for (;;) {
      const std::uint64_t reopened = record().reopened;
      processes.hear_all();
      int probes = 0;
      for (std::size_t i = 0; i < 5; ++i) probes += processes.at(i).probes();
      if (record().reopened == reopened) return std::pair{static_cast<int>(reopened), probes};
    }
  };
  const auto [reopened_before, probes_before] = reopened_and_probes();
  const auto enough = static_cast<std::uint64_t>(reopened_before) + 5;
  ASSERT_TRUE(processes.wait([&] { return record().reopened >= enough; }));
  const auto [reopened, probes] = reopened_and_probes();
  const int times = reopened - reopened_before;
  EXPECT_GE(probes - probes_before, times - 1);
  EXPECT_LE(probes - probes_before, times + 2) << "one call each time the open time was over";
  EXPECT_EQ(processes.most_half_open(open_since), 1);
}

TEST_P(Breakers, WhenTheProberIsKilledAnotherTakesOverAfterItsLease) {
  auto lease_begins = std::chrono::steady_clock::now();  // not before this
  ASSERT_TRUE(open_for_all());
  std::ofstream{place.hanging()} << "hanging";
  const auto probes_hang = std::chrono::steady_clock::now();  // so one that begins now is killed in the middle
  Process* prober = nullptr;
  ASSERT_TRUE(processes.wait([&] {
    const auto before = std::chrono::steady_clock::now();
    const leftfold::BreakerRecord now = record();
    if (now.state != State::half_open) lease_begins = before;
    for (std::size_t i = 0; i < 5; ++i) {
      const Process& process = processes.at(i);
      if (process.probes_since() >= probes_hang && now.prober == process.node()) prober = &processes.at(i);
    }
    return prober != nullptr;
  }));
  prober->kill();
  processes.repair_all();
  std::filesystem::remove(place.hanging());
  const leftfold::BreakerRecord left = record();
  ASSERT_EQ(left.state, State::half_open);
  ASSERT_TRUE(processes.wait([&] { return record().revision != left.revision; }));
  EXPECT_GE(std::chrono::steady_clock::now() - lease_begins, shared_options("").probe_lease)
      << "nobody touches a lease that may still be used";
  EXPECT_TRUE(processes.wait([&] { return processes.count("closed") == 4 && record().state == State::closed; }));
}

TEST_P(Breakers, WithoutTheStoreEachProcessHasItsLocalBreaker) {
  processes.at(0).break_it();
  processes.at(1).break_it();
  // Nobody can write, so no vote is heard: those two open for themselves alone.
  store->without_writes([&] {
    const int opened = processes.at(0).opened();
    const int opened_other = processes.at(1).opened();
    EXPECT_TRUE(processes.wait(
        [&] { return processes.at(0).opened() >= opened + 3 && processes.at(1).opened() >= opened_other + 3; }));
  });
  EXPECT_TRUE(processes.wait([&] { return record().state == State::open && processes.count("open") == 5; }))
      << "it is heard again";
  // And now the store is gone while all are open: they find out by themselves.
  processes.repair_all();
  store->away([&] { EXPECT_TRUE(processes.wait([&] { return processes.count("closed") == 5; })); });
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); }));
}

TEST_P(Breakers, OperatorsAreObeyedByAll) {
  ASSERT_TRUE(write(State::forced_open));
  EXPECT_TRUE(processes.wait([&] { return processes.count("forced_open") == 5; }));
  ASSERT_TRUE(write(State::closed));
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); }));
  ASSERT_TRUE(write(State::disabled));
  EXPECT_TRUE(processes.wait([&] { return processes.count("disabled") == 5; }));
  ASSERT_TRUE(write(State::closed));
  EXPECT_TRUE(processes.wait([&] { return closed_everywhere(); }));
}

INSTANTIATE_TEST_SUITE_P(OnSqlite, Breakers, ::testing::Values(Kind{"sqlite", make_sqlite}));
#ifdef BREAKERS_ON_DYNAMODB
INSTANTIATE_TEST_SUITE_P(OnDynamoDb, Breakers, ::testing::Values(Kind{"dynamodb", make_dynamodb}));
#endif

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
