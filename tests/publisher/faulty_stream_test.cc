// SPDX-License-Identifier: Apache-2.0
// The publisher behind a stream that does what DynamoDB's streams do and no local server does.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include <leftfold/change_stream.h>
#include <leftfold/lease_store.h>

#include "dynamodb/fault_proxy.h"
#include "dynamodb/faulty_stream.h"
#include "publisher/expect_published.h"
#include "publisher/published_table.h"

namespace leftfold::test_publisher {
namespace {

using namespace std::chrono_literals;
using test_dynamodb::FaultyStream;
using test_dynamodb::StreamFaults;
namespace fault = test_dynamodb::fault;

class FaultyPublishing : public ::testing::Test {
 protected:
  FaultyPublishing() { world.go_through(proxy.options().endpoint_url); }

  PublishedTable world;
  test_dynamodb::FaultProxy proxy{world.tables()};
};

TEST_F(FaultyPublishing, BringsEverythingInOrderThroughAllFaultsOfAStreamWhileWorkersComeAndGo) {
  StreamFaults faults;
  faults.window = 40;
  faults.records_a_shard = 60;
  faults.late = 3;
  faults.list_page = 4;
  faults.repeat_one_in = 8;
  faults.empty_one_in = 6;
  faults.limit_one_in = 10;
  faults.expire_one_in = 12;
  FaultyStream& stream = proxy.shape_stream(faults);
  std::vector<std::unique_ptr<test_support::ChildProcess>> workers;
  workers.push_back(world.start());
  world.write(500, 15, 4, 1);
  workers.push_back(world.start());
  workers.push_back(world.start());
  std::jthread writer{[this] { world.write(700, 15, 4, 2); }};
  workers[0]->kill();
  workers.push_back(world.start());
  writer.join();
  workers[1]->terminate();
  workers[1]->wait();
  workers[2]->kill();
  world.write(300, 15, 4, 3);
  expect_published(world, world.wait_until_published(240s));
  workers[3]->terminate();
  workers[3]->wait();
  const FaultyStream::Counts counts = stream.counts();
  EXPECT_GE(counts.generations, 3U);
  EXPECT_GT(counts.splits, 0U);
  EXPECT_GT(counts.repeated + counts.limited + counts.expired, 0U);
}

TEST_F(FaultyPublishing, FindsByItselfWhatWasTrimmedFromTheStreamUnread) {
  FaultyStream& stream = proxy.shape_stream({});
  auto publisher = world.start();
  world.append("a", 10);
  expect_published(world, world.wait_until_published());
  DynamoDbStore store{world.table()};
  LeaseStore& leases = *store.published().leases;
  const auto has_a_place = [&] {  // the process knows where it was; records vanish a day later at the earliest
    const std::vector<Lease> all = leases.list("publisher");
    return std::any_of(all.begin(), all.end(), [](const Lease& lease) { return !lease.checkpoint.empty(); });
  };
  ASSERT_TRUE(world.comes_true(has_a_place));
  publisher->kill();
  world.append("a", 10);
  world.append("b", 5);
  const Compared before = world.compare();
  EXPECT_LT(before.published, before.stored);
  DynamoDbStore looks{proxy.options()};
  ChangeStream& changes = *looks.published().changes;
  for (int i = 0; i < 1'000 && stream.counts().records < 25; ++i)
    (void)changes.shards();  // each call takes what is new
  ASSERT_EQ(stream.counts().records, 25U);
  EXPECT_GE(stream.trim(25), 1U);
  publisher = world.start();
  expect_published(world, world.wait_until_published());
  EXPECT_NE(world.log().find("deleted events before they were read"), std::string::npos) << world.log();
}

TEST_F(FaultyPublishing, GoesFromADisabledStreamToTheNextAndFindsWhatWasStoredBetween) {
  FaultyStream& stream = proxy.shape_stream({});
  const auto publisher = world.start();
  world.append("a", 10);
  expect_published(world, world.wait_until_published());
  stream.disable();
  world.append("a", 3);
  world.append("b", 2);
  stream.enable();
  world.append("c", 4);
  expect_published(world, world.wait_until_published(180s));
}

TEST_F(FaultyPublishing, WaitsForADynamoDbThatIsAwayOrThrottles) {
  proxy.shape_stream({});
  const auto publisher = world.start();
  world.append("a", 10);
  expect_published(world, world.wait_until_published());
  proxy.follow([](const test_dynamodb::ProxiedCall&) { return fault::reset_before(); });
  world.append("a", 10);
  std::this_thread::sleep_for(3s);  // an outage has a length
  proxy.follow([](const test_dynamodb::ProxiedCall& call) {
    // Of every four calls one is let through, leases and cursors included.
    return call.count % 4 == 0 ? fault::none() : fault::refusal("ProvisionedThroughputExceededException");
  });
  world.append("b", 10);
  std::this_thread::sleep_for(3s);
  proxy.follow({});
  expect_published(world, world.wait_until_published(180s));
}

}  // namespace
}  // namespace leftfold::test_publisher
