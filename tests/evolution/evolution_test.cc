// SPDX-License-Identifier: Apache-2.0
// A history written by three generations of a program is read by the newest. The *.jsonl and *.json files beside this
// one are what the older ones wrote: bytes on disk that no later change may touch.
#include <leftfold/event_info.h>
#include <leftfold/memory.h>
#include <leftfold/runner.h>
#include <leftfold/testing/run_until_idle.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "app/schema_rules.h"
#include "evolution/market_v1.h"
#include "evolution/market_v2.h"
#include "evolution/market_v3.h"
#include "support/failure_of.h"
#include "support/source_dir.h"

namespace {

using leftfold::App;
using leftfold::Json;
using leftfold::MemoryStore;
using leftfold::Position;
using leftfold::RecordedEvent;
using leftfold::Repository;
using leftfold::test_support::failure;

std::string golden(const std::string& name) {
  std::ifstream file{leftfold::test_support::source_dir() / "tests/evolution" / name, std::ios::binary};
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>{file}, {}};
}

// One stored event a line, without what differs from run to run.
std::string lines_after(MemoryStore& store, Position after) {
  std::string text;
  for (const RecordedEvent& event : store.read_all(after, 1000)) {
    const Json line = Json::object({{"aggregate_id", event.aggregate_id},
                                    {"type", event.type},
                                    {"schema_version", event.schema_version},
                                    {"payload", event.payload}});
    text += line.text() + "\n";
  }
  return text;
}

void append_lines(MemoryStore& store, const std::string& text) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    leftfold::AppendRequest request;
    request.aggregate_id = event.at("aggregate_id").as<std::string>();
    const auto page = store.read_stream(request.aggregate_id, leftfold::Version{0}, 1000);
    if (!page.empty()) request.expected = page.back().version;
    request.events.push_back({leftfold::Uuid::v7(leftfold::Timestamp{}), event.at("type").as<std::string>(),
                              event.at("payload").as<std::string>(), "", event.at("schema_version").as<int>()});
    ASSERT_TRUE(std::holds_alternative<leftfold::Appended>(store.append(request)));
  }
}

// What the first two programs left, from the files.
void fill(MemoryStore& store) {
  append_lines(store, golden("history_v1.jsonl"));
  append_lines(store, golden("history_v2.jsonl"));
}

TEST(Evolution, TheFirstProgramStillWritesTheseBytes) {
  MemoryStore store;
  market_v1::write_history(Repository<market_v1::Order>{store});
  EXPECT_EQ(lines_after(store, Position::start()), golden("history_v1.jsonl"));
}

TEST(Evolution, TheSecondProgramReadsThemAndWritesThese) {
  MemoryStore store;
  append_lines(store, golden("history_v1.jsonl"));
  const Position head = store.head();
  const Repository<market_v2::Order> orders{store};
  EXPECT_EQ(orders.load("order-1").state().total_cents, 59);
  EXPECT_TRUE(orders.load("order-1").state().paid);
  market_v2::write_history(orders);
  EXPECT_EQ(lines_after(store, head), golden("history_v2.jsonl"));
}

TEST(Evolution, TheNewestProgramReadsAllOfIt) {
  MemoryStore store;
  fill(store);
  const Repository<market_v3::Order> orders{store};

  const market_v3::Order first = orders.load("order-1");
  EXPECT_EQ(first.version(), leftfold::Version{4});  // stored events, however many they are now
  EXPECT_EQ(first.state().lines, (std::map<std::string, int>{{"apple", 3}, {"pear", 1}}));
  EXPECT_EQ(first.state().total_cents, 59);
  EXPECT_EQ(first.state().customer, "Ada");
  EXPECT_EQ(first.state().address, "12 Row, London");
  EXPECT_EQ(first.state().paid, market_v3::Method::card);

  const market_v3::Order second = orders.load("order-2");
  EXPECT_EQ(second.state().customer, "Zuse \"Z3\" ü");
  EXPECT_EQ(second.state().total_cents, 2'000'000'000 * std::int64_t{123'456'789} + 120);
  EXPECT_EQ(second.state().paid, market_v3::Method::cash);

  const market_v3::Order third = orders.load("order-3");
  EXPECT_EQ(third.state().total_cents, 30 * std::int64_t{9'007'199'254'740'993});  // more than a double holds
  EXPECT_EQ(third.state().address, "1 Pier, Arlington");

  market_v3::write_history(orders);
  EXPECT_EQ(orders.load("order-3").state().address, "2 Pier, Arlington");
  EXPECT_EQ(orders.load("order-3").state().paid, market_v3::Method::invoice);
  EXPECT_EQ(orders.load("order-3").version(), leftfold::Version{4});
}

TEST(Evolution, HandlersOfTheNewestProgramSeeAllOfIt) {
  MemoryStore store;
  fill(store);
  market_v3::write_history(Repository<market_v3::Order>{store});
  market_v3::Labels labels;
  market_v3::Sold sold;
  leftfold::Runner runner{store};
  runner.add(labels).add(sold);
  leftfold::testing::run_until_idle(runner, store);
  EXPECT_EQ(labels.printed,
            (std::vector<std::string>{"12 Row, London", "Straße 1, Berlin", "1 Pier, Arlington", "2 Pier, Arlington"}));
  EXPECT_EQ(sold.pieces, (std::map<std::string, std::int64_t>{
                             {"apple", 14}, {"nanosecond", 30}, {"pear", 1}, {"wire", 2'000'000'000}}));
}

TEST(Evolution, OlderProgramsRefuseWhatTheyCannotKnow) {
  MemoryStore store;
  fill(store);
  EXPECT_EQ(failure([&] { (void)Repository<market_v1::Order>{store}.load("order-2"); }).first, "unsupported");
  market_v3::write_history(Repository<market_v3::Order>{store});
  EXPECT_EQ(failure([&] { (void)Repository<market_v2::Order>{store}.load("order-3"); }).first, "corrupt");
}

template <class Register>
Json schema_of(Register register_in) {
  App app{"market", {}};
  register_in(app);
  return app.schema();
}

TEST(Evolution, TheSchemasAreThoseOnDisk) {
  EXPECT_EQ(schema_of(market_v1::register_in).indented(), golden("schema_v1.json"));
  EXPECT_EQ(schema_of(market_v2::register_in).indented(), golden("schema_v2.json"));
  EXPECT_EQ(schema_of(market_v3::register_in).indented(), golden("schema_v3.json"));
}

TEST(Evolution, EachProgramReadsItsPredecessors) {
  using leftfold::app::Compatibility;
  using leftfold::app::incompatibilities;
  const Json first = Json::parse(golden("schema_v1.json"));
  const Json second = Json::parse(golden("schema_v2.json"));
  const Json third = Json::parse(golden("schema_v3.json"));
  EXPECT_TRUE(incompatibilities(first, second, Compatibility::backward).empty());
  EXPECT_TRUE(incompatibilities(second, third, Compatibility::backward).empty());
  EXPECT_TRUE(incompatibilities(first, third, Compatibility::backward).empty());
  EXPECT_EQ(incompatibilities(first, second, Compatibility::forward).size(), 2U);  // two raised versions
}

}  // namespace
