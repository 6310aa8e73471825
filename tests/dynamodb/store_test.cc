// SPDX-License-Identifier: Apache-2.0
// What DynamoDbStore does beyond the port: races, limits, the Node library's items, scans, costs, its page in docs/.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <latch>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/repository.h>
#include <leftfold/testing/cost.h>

#include "dynamodb/append_requests.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/event_item.h"
#include "dynamodb/service.h"
#include "dynamodb/snapshots.h"
#include "support/source_dir.h"

// The cart of the Node library's example.
namespace node_cart {

struct ItemAdded {
  std::string itemId;  // NOLINT(readability-identifier-naming): the library's name
  int quantity = 1;
};
struct CartState {
  std::map<std::string, int> items;
  void apply(const ItemAdded& e) { items[e.itemId] += e.quantity; }
};
class Cart : public leftfold::AggregateRoot<CartState, leftfold::Events<ItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add(std::string item, int quantity) { create_event(ItemAdded{std::move(item), quantity}); }
};

}  // namespace node_cart

namespace leftfold {
namespace {

using test_dynamodb::request_of;
using test_dynamodb::TestTables;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp{std::chrono::milliseconds{1714564800000}}; }
  [[nodiscard]] Instant instant() const override { return system_clock().instant(); }
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal, const std::stop_token& stop,
                  Instant deadline) override {
    system_clock().wait_until(lock, signal, stop, deadline);
  }
};

TEST(DynamoDbRace, ManyWritersOfOneAggregate) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  // moto serves one request at a time, some hundred a second: a hundred writers would race for minutes.
  const int writers_racing = test_dynamodb::service_name() == "moto" ? 16 : 100;
  std::latch start{writers_racing};
  std::mutex mutex;
  std::map<std::int64_t, Uuid> acknowledged;  // first event of each commit, by its version
  std::atomic<int> conflicts{0};
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < writers_racing; ++writer) {
      writers.emplace_back([&, writer] {
        start.arrive_and_wait();
        Version expected = Version::none();
        for (;;) {
          const AppendRequest request = request_of("hot", expected, writer % 3 == 0 ? 2 : 1);
          const AppendResult result = store.append(request);
          if (const auto* conflict = std::get_if<Conflict>(&result)) {
            ++conflicts;
            expected = conflict->actual;
            continue;
          }
          const std::scoped_lock lock{mutex};
          EXPECT_TRUE(acknowledged.emplace(request.expected.value() + 1, request.events[0].id).second);
          return;
        }
      });
    }
  }
  EXPECT_GT(conflicts, 0);
  const EventPage page = store.read_stream("hot", Version{0}, 1000);
  EXPECT_TRUE(page.at_end());
  const int of_two_events = (writers_racing + 2) / 3;
  ASSERT_EQ(page.size(), static_cast<std::size_t>(writers_racing + of_two_events));
  std::size_t commits = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    EXPECT_EQ(page[i].version, Version{static_cast<std::int64_t>(i)});
    if (page[i].commit_pos != 0) {
      EXPECT_EQ(page[i].commit_id, page[i - 1].commit_id);
      continue;
    }
    ++commits;
    EXPECT_EQ(acknowledged.at(page[i].version.value()), page[i].id);
  }
  EXPECT_EQ(commits, static_cast<std::size_t>(writers_racing));
}

TEST(DynamoDbLimits, AreRefusedBeforeAnythingIsSent) {
  const TestTables tables;
  int sent = 0;
  DynamoDbOptions options = tables.options();
  options.on_call = [&](const DynamoDbCall&) { ++sent; };
  DynamoDbStore store{options};
  sent = 0;
  const auto refused = [&](const AppendRequest& request, const std::string& why) {
    try {
      (void)store.append(request);
      ADD_FAILURE() << why;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Errc::invalid_argument);
      EXPECT_NE(std::string{e.what()}.find(why), std::string::npos) << e.what();
    }
  };
  const auto text = [](std::size_t size) { return "{\"t\":\"" + std::string(size, 'x') + "\"}"; };
  refused(request_of("a", Version::none(), 1, {}, text(401 * 1024)), "DynamoDB holds 409600");
  refused(request_of("a", Version::none(), 101), "a transaction of DynamoDB holds 100 items");
  AppendRequest keyed = request_of("a", Version::none(), 100);
  keyed.idempotency_key = "k";
  refused(keyed, "one of them for the idempotency key");
  refused(request_of("a", Version::none(), 12, {}, text(390 * 1024)), "a transaction of DynamoDB holds 4194304");
  refused(request_of("a", Version::none(), 1, {}, R"({"x":1e300})"), "payload: $.x is 1e300");
  EXPECT_EQ(sent, 0);
  // moto draws the line at 405,000 bytes.
  const std::size_t largest = (test_dynamodb::service_name() == "moto" ? 390U : 399U) * 1024;
  EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request_of("a", Version::none(), 1, {}, text(largest)))));
}

/// Items in the shape of the Node library, put one by one.
class DynamoDbNodeLibrary : public ::testing::Test {
 protected:
  void put(std::int64_t version, const char* event, dynamodb::Map payload) {
    dynamodb::Item item = dynamodb::event_key("cart-1", Version{version});
    item.push_back({"event", event});
    item.push_back({"payload", std::move(payload)});
    item.push_back({"committedAt", dynamodb::number(1669939200000 + version)});
    item.push_back({"published", dynamodb::number(0)});
    EXPECT_TRUE(client.write({dynamodb::ItemWrite::Kind::put, tables.options().events_table, item, {}, {}}).applied);
  }

  const TestTables tables;
  const std::unique_ptr<dynamodb::Transport> transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, dynamodb::client_options(tables.options())};
  DynamoDbStore store{tables.options()};
};

TEST_F(DynamoDbNodeLibrary, ItsItemsAreRead) {
  put(0, "ItemAdded", {{"itemId", "apple"}, {"quantity", dynamodb::number(2)}});
  put(1, "Snapshot", {{"items", dynamodb::Map{}}});
  put(2, "ItemAdded", {{"itemId", "pear"}});
  const EventPage page = store.read_stream("cart-1", Version{0}, 10);
  ASSERT_EQ(page.size(), 3U);
  EXPECT_EQ(page[0].type, "ItemAdded");
  EXPECT_NE(page[0].payload.find(R"("itemId":"apple")"), std::string::npos) << page[0].payload;
  EXPECT_EQ(page[0].committed_at, Timestamp{std::chrono::milliseconds{1669939200000}});
  EXPECT_EQ(page[1].type, kSnapshotNote);
  EXPECT_FALSE(page[2].id.is_nil());
  EXPECT_EQ(page[2].id, store.read_stream("cart-1", Version{2}, 1)[0].id);
  EXPECT_EQ(std::get<Appended>(store.append(request_of("cart-1", Version{2}))).version, Version{3});
}

TEST_F(DynamoDbNodeLibrary, AggregatesPassOverItsSnapshots) {
  put(0, "ItemAdded", {{"itemId", "apple"}, {"quantity", dynamodb::number(2)}});
  put(1, "Snapshot", {{"items", dynamodb::Map{{"apple", dynamodb::number(2)}}}});
  put(2, "ItemAdded", {{"itemId", "apple"}, {"quantity", dynamodb::number(3)}});
  put(3, "Snapshot", {{"items", dynamodb::Map{}}});
  const Repository<node_cart::Cart> carts{store};
  const node_cart::Cart loaded = carts.load("cart-1");
  EXPECT_EQ(loaded.state().items.at("apple"), 5);
  EXPECT_EQ(loaded.version(), Version{3});
  EXPECT_EQ(carts.load_at("cart-1", Version{1}).state().items.at("apple"), 2);
  EXPECT_EQ(carts.execute("cart-1", [](node_cart::Cart& cart) { cart.add("pear", 1); }).version, Version{4});
  EXPECT_EQ(carts.load("cart-1").state().items.at("pear"), 1);
}

TEST(ScanPlaces, FindEverythingOnce) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  std::set<Uuid> written, found;
  for (int i = 0; i < 20; ++i) {
    const AppendRequest request = request_of("a" + std::to_string(i), Version::none(), 3);
    for (const NewEvent& event : request.events) written.insert(event.id);
    ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  }
  for (int segment = 0; segment < 3; ++segment) {
    ScanPlace where{segment, 3, {}};
    do {
      const ScanPage page = store.scan(where);
      for (const RecordedEvent& event : page.events) EXPECT_TRUE(found.insert(event.id).second);
      where.after = page.next;
    } while (!where.after.empty());
  }
  EXPECT_EQ(found, written);
  EXPECT_THROW((void)store.scan({3, 3, {}}), Error);
  EXPECT_THROW((void)store.scan({0, 1, "nonsense"}), Error);
}

TEST(DynamoDbCost, IsTheTableOfThePage) {
  if (test_dynamodb::service_name() == "moto") return;  // it reports no sizes: every request costs the same
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  using namespace testing;
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] {
    (void)store.append(request_of("a", Version::none()));
  });
  costs_at_most(write_units{4}, read_units{0}).check(store, [&] {
    (void)store.append(request_of("a", Version{0}, 2));
  });
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)store.read_stream("a", Version{0}, 100); });
  EXPECT_GT(store.consumed().write, 0);
  EXPECT_THROW(
      costs_at_most(write_units{0}).check(store, [&] { (void)store.append(request_of("b", Version::none())); }),
      ExpectationFailed);
}

TEST(DynamoDbTables, OfAnotherKeyAreRefusedAndMissingOnesNamed) {
  const TestTables tables;
  DynamoDbOptions options = tables.options();
  options.events_table = tables.options().events_table + "Leftfold";
  options.second_table = options.events_table;
  try {
    const DynamoDbStore store{options};
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::unsupported) << e.what();
  }
  options = tables.options();
  options.events_table = "leftfold-test-none";
  options.tables = DynamoDbOptions::Tables::must_exist;
  try {
    const DynamoDbStore store{options};
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::not_found) << e.what();
  }
}

TEST(DynamoDbPage, ItsItemsAreWhatTheCodeWrites) {
  std::ifstream file{leftfold::test_support::source_dir() / "docs/stores/dynamodb.md"};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  AppendRequest request{"cart-42", Version::none(), {}, "add-1"};
  request.events = {{*Uuid::parse("018f3406-9000-7000-8000-000000000001"), "CartItemAdded",
                     R"({"product_id":"apple","quantity":1})", R"({"user":"ann"})", 1},
                    {*Uuid::parse("018f3406-9000-7000-8000-000000000002"), "CartCheckedOut", "{}", "", 1}};
  FixedClock clock;
  for (std::size_t i = 0; i < request.events.size(); ++i) {
    std::string item;
    for (const dynamodb::Attribute& attribute : dynamodb::event_item(request, i, clock.now())) {
      item += test_dynamodb::attribute_line(attribute);
    }
    EXPECT_NE(page.find("```text\n" + item + "```"), page.npos) << item;
  }
  const StoredSnapshot cart{"cart-42", "Cart/1", Version{1}, R"({"items":{"apple":1},"checked_out":true})",
                            clock.now()};
  std::string item;
  for (const dynamodb::Attribute& attribute : dynamodb::snapshot_item(cart)) {
    item += test_dynamodb::attribute_line(attribute);
  }
  EXPECT_NE(page.find("```text\n" + item + "```"), page.npos) << item;
  const TestTables tables;
  DynamoDbOptions options = tables.options();
  options.clock = &clock;
  DynamoDbStore store{options};
  EXPECT_EQ(std::get<Appended>(store.append(request)).version, Version{1});
  EXPECT_EQ(store.read_stream("cart-42", Version{0}, 9).size(), 2U);
}

}  // namespace
}  // namespace leftfold
