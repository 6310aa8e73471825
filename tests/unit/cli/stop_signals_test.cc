// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signals.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <leftfold/clock.h>

namespace leftfold::cli {
namespace {

volatile std::sig_atomic_t own_handler_calls = 0;
void own_handler(int) { own_handler_calls = own_handler_calls + 1; }

/// Waits until the stop is requested.
void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  (void)system_clock().wait_until(lock, never, stop, kNever, [] { return false; });
}

TEST(StopSignals, ASignalRequestsTheStopAndTheFormerHandlerIsBackAfterwards) {
  const auto before = std::signal(SIGTERM, own_handler);
  {
    const StopSignals signals;
    EXPECT_EQ(signals.received(), 0);
    EXPECT_FALSE(signals.token().stop_requested());
    std::raise(SIGTERM);
    wait_for(signals.token());
    EXPECT_EQ(signals.received(), SIGTERM);
  }
  EXPECT_EQ(own_handler_calls, 0);
  std::raise(SIGTERM);
  EXPECT_EQ(own_handler_calls, 1);
  std::signal(SIGTERM, before);
}

TEST(StopSignals, EachOneBeginsAnew) {
  {
    const StopSignals unused;
  }
  {
    const StopSignals signals;
    std::raise(SIGINT);
    wait_for(signals.token());
  }
  const StopSignals again;
  EXPECT_EQ(again.received(), 0);
  EXPECT_FALSE(again.token().stop_requested());
}

TEST(StopSignals, AnIgnoredSignalStaysIgnored) {
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    const StopSignals signals;
    std::raise(SIGINT);
    EXPECT_EQ(signals.received(), 0);
  }
  std::signal(SIGINT, before);
}

}  // namespace
}  // namespace leftfold::cli
