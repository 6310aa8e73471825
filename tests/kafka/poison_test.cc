// SPDX-License-Identifier: Apache-2.0
// One event that no handler can handle, with others behind it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>

#include "kafka/chaos.h"

namespace leftfold::test_kafka {
namespace {

using Kind = HistoryLine::Kind;
using std::chrono::milliseconds;

std::vector<std::int64_t> versions(const std::vector<HistoryLine>& history, Kind kind, const std::string& account) {
  std::vector<std::int64_t> found;
  for (const HistoryLine& line : history) {
    if (line.kind == kind && line.aggregate == account) found.push_back(line.version);
  }
  return found;
}

/// The longest time in which no account but `bad` ended anything.
milliseconds longest_stall(const std::vector<HistoryLine>& history, const std::string& bad) {
  std::chrono::microseconds longest{0};
  std::chrono::microseconds last{-1};
  for (const HistoryLine& line : history) {
    if (line.kind != Kind::ended || line.aggregate == bad) continue;
    if (last.count() >= 0) longest = std::max(longest, line.at - last);
    last = line.at;
  }
  return std::chrono::duration_cast<milliseconds>(longest);
}

TEST(KafkaPoison, IsParkedWithItsFollowersAndHandledInOrderOnceMended) {
  Chaos chaos{3};
  chaos.options.handler_ms = 5;
  for (int version = 0; version < 10; ++version) {
    chaos.send("bad", 0, version == 5);
    for (int i = 0; i < 4; ++i) chaos.send_to_each("good-", 25);
  }
  chaos.settle();
  const auto worker = chaos.start();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.all_heard(); }));
  const std::set<VersionOf> letters = chaos.parked();
  EXPECT_EQ(letters, (std::set<VersionOf>{{"bad", 5}, {"bad", 6}, {"bad", 7}, {"bad", 8}, {"bad", 9}}));
  EXPECT_EQ(versions(chaos.history(), Kind::threw, "bad"), (std::vector<std::int64_t>{5, 5})) << "tried twice";
  EXPECT_EQ(versions(chaos.history(), Kind::ended, "bad"), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  // All others have ended, so they did not wait for it; for how long they did is the machine's too, and only shown.
  const milliseconds stall = longest_stall(chaos.history(), "bad");
  std::cout << "the others stood still for at most " << stall.count() << " ms" << std::endl;

  chaos.send("bad");  // behind its letters
  chaos.settle();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.parked().contains({"bad", 10}); }));

  std::ofstream{chaos.options.mended()} << "mended\n";
  {
    SqliteOptions file;
    file.file = chaos.options.letters();
    SqliteStore store{file};
    EXPECT_TRUE(store.dead_letters().request_retry(chaos.options.subscription(), "bad", system_clock().now()));
  }
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.parked().empty(); }));
  chaos.send("bad");
  chaos.settle();
  chaos.drain();
  worker->terminate();
  worker->wait();
  static_cast<void>(chaos.verify());
  EXPECT_EQ(versions(chaos.history(), Kind::ended, "bad"),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
}

}  // namespace
}  // namespace leftfold::test_kafka
