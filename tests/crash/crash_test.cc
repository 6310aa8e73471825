// SPDX-License-Identifier: Apache-2.0
// Kills a writer, a Runner and a replay that swaps tables, on one SQLite file at random moments, again and again, and
// then checks that nothing was lost, doubled or torn.
//
//     crash_test [ROUNDS]        three kills a round; LEFTFOLD_CRASH_ROUNDS overrules, LEFTFOLD_CRASH_SEED repeats a
//     run
//
// (With other arguments it is one of the processes that are killed.)
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "crash/child.h"
#include "crash/verify.h"
#include "crash/victims.h"
#include "support/temporary_folder.h"

namespace crash {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kRounds = 100;  // three kills each

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

// The victims, and when they die.
class Killer {
 public:
  Killer(const Place& place, std::uint64_t seed) : place_{place}, random_{seed} {
    const auto begin = steady_clock::now();
    start_writer();
    writer_->wait_until_ready();
    start_runner();
    runner_->wait_until_ready();
    start_replayer();
    replayer_->wait_until_ready();
    // They start within about this time, so half of the kills come while a victim starts: opens, recovers, catches up.
    longest_ = std::chrono::duration_cast<microseconds>(steady_clock::now() - begin) + microseconds{30'000};
  }

  void round(int n) {
    wait_a_while();
    replayer_->kill();
    check_table_is_whole(place_);
    start_replayer();
    wait_a_while();
    writer_->kill();
    if (n % 5 == 4) {  // both dead at once: nobody is left to see the file
      runner_->kill();
      start_runner();
      start_writer();
      return;
    }
    start_writer();
    wait_a_while();
    runner_->kill();
    start_runner();
  }

  // Lets both end in peace, with nothing in flight and everything handled.
  void finish() {
    writer_->kill();
    runner_->kill();
    replayer_->kill();
    Child{"replayer", place_, true}.wait();
    check_table_is_whole(place_);
    Child{"writer", place_, true}.wait();
    Child{"runner", place_, true}.wait();
  }

 private:
  void start_writer() { writer_ = std::make_unique<Child>("writer", place_); }
  void start_runner() { runner_ = std::make_unique<Child>("runner", place_); }
  void start_replayer() { replayer_ = std::make_unique<Child>("replayer", place_); }
  // A random moment is all that is wanted here, so this is a sleep.
  void wait_a_while() {
    std::this_thread::sleep_for(
        microseconds{std::uniform_int_distribution<std::int64_t>{0, longest_.count()}(random_)});
  }

  const Place& place_;
  std::mt19937_64 random_;
  microseconds longest_{};
  std::unique_ptr<Child> writer_;
  std::unique_ptr<Child> runner_;
  std::unique_ptr<Child> replayer_;
};

int control(int argc, char** argv) {
  const auto rounds = static_cast<int>(
      number_from("LEFTFOLD_CRASH_ROUNDS", argc > 1 ? std::stoull(argv[1]) : static_cast<std::uint64_t>(kRounds)));
  const std::uint64_t seed = number_from("LEFTFOLD_CRASH_SEED", std::random_device{}());
  leftfold::test_support::TemporaryFolder folder;
  const Place place{folder.path()};
  std::cout << "seed " << seed << ", " << rounds << " rounds of three kills" << std::endl;
  const auto begin = steady_clock::now();
  int round = 0;
  try {
    Killer killer{place, seed};
    for (; round < rounds; ++round) killer.round(round);
    killer.finish();
    const Findings found = verify(place);
    const std::chrono::duration<double> seconds = steady_clock::now() - begin;
    std::cout << 3 * rounds << " kills in " << seconds.count() << " s: " << found.acknowledged
              << " commands acknowledged (" << found.repeated << " of them again, under their key), " << found.events
              << " events, heard " << found.heard << " times (" << found.heard_again
              << " of them again). Nothing lost, doubled or torn." << std::endl;
    if (found.events < static_cast<std::size_t>(rounds)) {
      std::cerr << "too little was done between the kills to prove anything\n";
      return 1;
    }
    return 0;
  } catch (const std::exception& e) {
    folder.keep();
    std::cerr << "after " << round << " rounds with seed " << seed << ": " << e.what() << "\n  the files are in "
              << place.folder << "\n";
    return 1;
  }
}

// crash_test ROLE FOLDER READY_FD finish|on
int be_victim(char** argv) {
  const std::string_view role = argv[1];
  const Place place{argv[2]};
  const int ready = std::stoi(argv[3]);
  const bool finish = std::string_view{argv[4]} == "finish";
  try {
    if (role == "writer") {
      write_commands(place, ready, finish);
    } else if (role == "replayer") {
      replay_tables(place, ready, finish);
    } else {
      run_handlers(place, ready, finish);
    }
    return 0;
  } catch (const std::exception& e) {
    std::cerr << role << ": " << e.what() << "\n";
    return 1;
  }
}

}  // namespace
}  // namespace crash

int main(int argc, char** argv) {
  if (argc == 5) return crash::be_victim(argv);
  return crash::control(argc, argv);
}
