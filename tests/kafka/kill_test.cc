// SPDX-License-Identifier: Apache-2.0
// SIGKILL in the middle of handlers, between the parking of a letter and the commit of its offset, and wherever else it
// comes.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "kafka/chaos.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;

bool handles_now(const std::vector<HistoryLine>& history, pid_t process) {
  int running = 0;
  for (const HistoryLine& line : history) {
    if (line.process == process) running += line.kind == HistoryLine::Kind::began ? 1 : -1;
  }
  return running > 0;
}

TEST(KafkaKills, InTheMiddleOfHandlersRepeatAFewAndLoseNone) {
  Chaos chaos{3};
  chaos.options.session_ms = 1'000;  // a killed member keeps its partitions for so long
  // Commits come often and some events take long, so that many are open above and below each committed offset.
  chaos.options.commit_ms = 40;
  const std::int64_t rounds = number_from("LEFTFOLD_CHAOS_ROUNDS", 10);
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < 40; ++i) chaos.send("account-" + std::to_string(i % 20), chaos.random(0, 9) == 0 ? 250 : 10);
    // Bad ones too: their letters are stored before their offsets are, and the kill may come between the two.
    chaos.send("bad-" + std::to_string(round), 0, true);
    chaos.send("bad-" + std::to_string(round / 2));
    chaos.settle();
    const auto worker = chaos.start();
    ASSERT_TRUE(Chaos::wait_until([&] { return handles_now(chaos.history(), worker->id()); }));
    std::this_thread::sleep_for(milliseconds{chaos.random(0, 400)});
    worker->kill();
  }
  const auto last = chaos.start();
  chaos.drain();
  last->terminate();
  last->wait();
  const Findings found = chaos.verify();
  EXPECT_GE(found.processes, static_cast<std::size_t>(rounds));

  // One letter an event although some were parked again and again, in order, and the followers behind it.
  std::map<std::string, std::int64_t> next;
  for (const auto& [account, version] : chaos.parked()) {
    EXPECT_TRUE(account.starts_with("bad-")) << account << ' ' << version;
    EXPECT_EQ(version, next[account]++) << account;
  }
  EXPECT_EQ(next.size(), static_cast<std::size_t>(rounds));
}

}  // namespace
}  // namespace leftfold::test_kafka
