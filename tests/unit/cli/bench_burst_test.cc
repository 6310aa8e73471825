// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_burst.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <stop_token>

#include <leftfold/error.h>

#include "cli/raw_disk.h"

namespace leftfold::cli {
namespace {

using std::chrono::hours;

void says_nothing(std::chrono::duration<double>, std::uint64_t) {}

TEST(BenchBurst, EndsWhenAllThreadsHaveNothingLeft) {
  std::atomic<int> left{10};
  const auto figures =
      run_burst(3, hours{1}, {}, [&](std::size_t) -> std::size_t { return left-- > 0 ? 7 : 0; }, says_nothing);
  EXPECT_EQ(figures.calls, 10u);
  EXPECT_EQ(figures.events, 70u);
  EXPECT_GT(figures.seconds, 0);
  EXPECT_LE(figures.p50_us, figures.p99_us);
}

TEST(BenchBurst, RunsItsThreadsTogether) {
  std::barrier meeting{3};  // nobody passes alone
  const auto figures = run_burst(
      3, hours{1}, {},
      [&, met = std::array<bool, 3>{}](std::size_t writer) mutable -> std::size_t {
        if (met[writer]) return 0;
        met[writer] = true;
        meeting.arrive_and_wait();
        return 1;
      },
      says_nothing);
  EXPECT_EQ(figures.events, 3u);
}

TEST(BenchBurst, AStopEndsIt) {
  std::stop_source stop;
  const auto figures = run_burst(
      2, hours{1}, stop.get_token(),
      [&](std::size_t) -> std::size_t {
        stop.request_stop();
        return 1;
      },
      says_nothing);
  EXPECT_GE(figures.events, 1u);
}

TEST(BenchBurst, ThrowsWhatACallThrew) {
  EXPECT_THROW((void)run_burst(
                   2, hours{1}, {},
                   [](std::size_t writer) -> std::size_t {
                     if (writer == 1) throw std::runtime_error{"full"};
                     return 1;
                   },
                   says_nothing),
               std::runtime_error);
}

TEST(RawDisk, SaysThatTheDiskIsFull) {
  try {
    const RawDisk disk{"/dev/full"};
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::storage_full) << error.what();
  }
}

}  // namespace
}  // namespace leftfold::cli
