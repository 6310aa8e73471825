// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>
#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/testing/faulty_store.h>

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "unit/core/cart.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::CommandOptions;
using leftfold::CommandResult;
using leftfold::Errc;
using leftfold::Error;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::Version;
using leftfold::VersionConflict;

class RepositoryTest : public ::testing::Test {
 protected:
  // Another writer adds an event between our load and our append.
  void interfere(std::string_view id) {
    carts.execute(id, [](Cart& cart) { cart.add_item("intruder", 1); });
  }

  MemoryStore store;
  Repository<Cart> carts{store};
};

TEST_F(RepositoryTest, LoadsANewAggregateEmpty) {
  const Cart cart = carts.load("cart-1");
  EXPECT_FALSE(cart.exists());
  EXPECT_EQ(cart.id(), "cart-1");
}

TEST_F(RepositoryTest, ExecutesStoresAndLoadsAgain) {
  const CommandResult result = carts.execute("cart-1", [](Cart& cart) {
    cart.add_item("apple", 2);
    cart.add_item("pear", 1);
  });
  EXPECT_EQ(result.version, Version{1});
  EXPECT_EQ(result.events, 2U);
  EXPECT_EQ(result.position, leftfold::Position{2});
  EXPECT_FALSE(result.repeated);
  const Cart cart = carts.load("cart-1");
  EXPECT_EQ(cart.version(), Version{1});
  EXPECT_EQ(cart.state().items, (std::map<std::string, int>{{"apple", 2}, {"pear", 1}}));
  EXPECT_TRUE(cart.uncommitted().empty());
}

TEST_F(RepositoryTest, StoresNothingWhenACommandCreatesNothing) {
  const CommandResult result = carts.execute("cart-1", [](Cart& cart) { cart.remove_item("apple"); });
  EXPECT_EQ(result.events, 0U);
  EXPECT_EQ(result.version, Version::none());
  EXPECT_EQ(store.head(), leftfold::Position::start());
}

TEST_F(RepositoryTest, StoresNothingWhenACommandThrows) {
  EXPECT_THROW(carts.execute("cart-1",
                             [](Cart& cart) {
                               cart.add_item("apple", 1);
                               cart.check_out();
                               cart.check_out();
                             }),
               CartIsClosed);
  EXPECT_FALSE(carts.load("cart-1").exists());
}

TEST_F(RepositoryTest, RunsACommandAgainOnAConflict) {
  int calls = 0;
  carts.execute("cart-1", [&](Cart& cart) {
    if (++calls == 1) interfere("cart-1");
    cart.add_item("apple", 1);
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(carts.load("cart-1").state().items, (std::map<std::string, int>{{"apple", 1}, {"intruder", 1}}));
}

TEST_F(RepositoryTest, GivesUpAfterItsAttempts) {
  const Repository<Cart> stubborn{store, {.attempts = 3, .max_back_off = 0ms}};
  int calls = 0;
  try {
    stubborn.execute("cart-1", [&](Cart& cart) {
      ++calls;
      interfere("cart-1");
      cart.add_item("apple", 1);
    });
    FAIL();
  } catch (const VersionConflict& e) {
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(e.expected(), Version{1});
    EXPECT_EQ(e.actual(), Version{2});
    EXPECT_EQ(e.code(), Errc::version_conflict);
    EXPECT_NE(std::string_view{e.what()}.find("cart-1"), std::string_view::npos);
  }
}

TEST_F(RepositoryTest, SaveReportsAConflictAndLeavesTheAggregate) {
  Cart cart = carts.load("cart-1");
  cart.add_item("apple", 1);
  interfere("cart-1");
  EXPECT_THROW(carts.save(cart), VersionConflict);
  EXPECT_EQ(cart.uncommitted().size(), 1U);
}

TEST_F(RepositoryTest, SavesTheSameAggregateAgain) {
  Cart cart = carts.load("cart-1");
  cart.add_item("apple", 1);
  EXPECT_EQ(carts.save(cart).version, Version{0});
  EXPECT_EQ(cart.stored_version(), Version{0});
  cart.add_item("pear", 1);
  EXPECT_EQ(carts.save(cart).version, Version{1});
  EXPECT_EQ(carts.save(cart).events, 0U);
  EXPECT_EQ(carts.load("cart-1").version(), Version{1});
}

TEST_F(RepositoryTest, LoadsThroughPages) {
  for (int i = 0; i < 25; ++i) carts.execute("cart-1", [](Cart& cart) { cart.add_item("apple", 1); });
  for (const std::size_t page : {1U, 2U, 5U, 24U, 25U, 26U}) {
    const Repository<Cart> small{store, {.page_events = page}};
    EXPECT_EQ(small.load("cart-1").state().items.at("apple"), 25) << page;
  }
}

TEST_F(RepositoryTest, LoadsAtAVersion) {
  for (int i = 0; i < 5; ++i) carts.execute("cart-1", [](Cart& cart) { cart.add_item("apple", 1); });
  EXPECT_EQ(carts.load_at("cart-1", Version{2}).state().items.at("apple"), 3);
  EXPECT_EQ(carts.load_at("cart-1", Version{2}).version(), Version{2});
  EXPECT_FALSE(carts.load_at("cart-1", Version::none()).exists());
  EXPECT_EQ(carts.load_at("cart-1", Version{99}).version(), Version{4});
}

TEST_F(RepositoryTest, TheSameKeyTwiceGivesTheFirstResult) {
  int calls = 0;
  const auto check_out = [&](Cart& cart) {
    ++calls;
    cart.add_item("apple", 1);
    cart.check_out();
  };
  CommandOptions options;
  options.idempotency_key = "checkout-1";
  const CommandResult first = carts.execute("cart-1", check_out, options);
  EXPECT_FALSE(first.repeated);
  const CommandResult again = carts.execute("cart-1", check_out, options);  // would throw CartIsClosed if it ran
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.version, first.version);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.events, 2U);
  EXPECT_EQ(carts.execute("cart-2", check_out, options).repeated, false);  // keys belong to one aggregate
}

TEST_F(RepositoryTest, AKeyIsKeptForACommandWithoutEvents) {
  CommandOptions options;
  options.idempotency_key = "k";
  EXPECT_FALSE(carts.execute("cart-1", [](Cart& cart) { cart.remove_item("apple"); }, options).repeated);
  int calls = 0;
  EXPECT_TRUE(carts.execute("cart-1", [&](Cart&) { ++calls; }, options).repeated);
  EXPECT_EQ(calls, 0);
}

TEST_F(RepositoryTest, SaveWithAUsedKeyStoresNothing) {
  CommandOptions options;
  options.idempotency_key = "k";
  carts.execute("cart-1", [](Cart& cart) { cart.add_item("apple", 1); }, options);
  Cart cart = carts.load("cart-1");
  cart.add_item("pear", 1);
  EXPECT_TRUE(carts.save(cart, options).repeated);
  EXPECT_EQ(cart.uncommitted().size(), 1U);
  EXPECT_EQ(carts.load("cart-1").version(), Version{0});
}

TEST_F(RepositoryTest, StoresWhatACommandSaysOfItself) {
  CommandOptions options;
  options.context.correlation_id = "order-9";
  options.context.headers["tenant"] = "north";
  carts.execute(
      "cart-1",
      [](Cart& cart) {
        cart.add_item("apple", 1);
        cart.check_out();
      },
      options);
  const leftfold::EventPage page = store.read_stream("cart-1", Version{0}, 10);
  ASSERT_EQ(page.size(), 2U);
  std::set<leftfold::Uuid> ids;
  for (const auto& event : page) {
    const auto meta = leftfold::metadata_of(event);
    EXPECT_EQ(meta.correlation_id, "order-9");
    EXPECT_EQ(meta.headers.at("tenant"), "north");
    EXPECT_EQ(meta.commit_id, page[0].id);
    EXPECT_EQ(meta.commit_size, 2);
    ids.insert(meta.event_id);
  }
  EXPECT_EQ(ids.size(), 2U);
}

struct UnknownThing {
  int x = 0;
};
struct OtherState {
  void apply(const UnknownThing&) {}
};
struct Other : leftfold::AggregateRoot<OtherState, leftfold::Events<UnknownThing>> {
  using AggregateRoot::AggregateRoot;
  void do_it() { create_event(UnknownThing{1}); }
};

TEST_F(RepositoryTest, RefusesAnEventItDoesNotKnow) {
  Repository<Other>{store}.execute("cart-1", [](Other& other) { other.do_it(); });
  try {
    (void)carts.load("cart-1");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::corrupt);
    EXPECT_NE(std::string_view{e.what()}.find("UnknownThing"), std::string_view::npos) << e.what();
    EXPECT_NE(std::string_view{e.what()}.find("event_name"), std::string_view::npos) << e.what();
  }
}

// Stores each append and loses the answer; ends each page after one event, as stores may.
class AnswerLost final : public leftfold::EventStore {
 public:
  explicit AnswerLost(EventStore& store) : store_{store} {}
  leftfold::AppendResult append(const leftfold::AppendRequest& request) override {
    (void)store_.append(request);
    throw Error{Errc::in_doubt, "no answer"};
  }
  leftfold::EventPage read_stream(std::string_view id, Version from, std::size_t) override {
    return store_.read_stream(id, from, 1);
  }
  leftfold::EventPage read_all(leftfold::Position after, std::size_t) override { return store_.read_all(after, 1); }
  leftfold::Position head() override { return store_.head(); }
  std::optional<leftfold::Appended> find_append(std::string_view id, std::string_view key) override {
    return store_.find_append(id, key);
  }

 private:
  EventStore& store_;
};

TEST_F(RepositoryTest, SettlesACommitThatIsLongerThanAPage) {
  AnswerLost lost{store};
  const CommandResult result = Repository<Cart>{lost}.execute("cart-1", [](Cart& cart) {
    for (int i = 0; i < 3; ++i) cart.add_item("apple", 1);
  });
  EXPECT_EQ(result.version, Version{2});
  EXPECT_EQ(result.position, leftfold::Position{3});
  EXPECT_EQ(result.events, 3U);
}

// "Nothing was stored" is true of the attempt that says so, not of the one before it.
TEST_F(RepositoryTest, DoubtStaysWhenALaterAttemptIsRefused) {
  leftfold::testing::FaultyStore faulty{store};
  faulty.fail(leftfold::testing::StoreCall::append, Errc::in_doubt);
  faulty.fail(leftfold::testing::StoreCall::append, Errc::throttled, {.first = 2});
  try {
    Repository<Cart>{faulty}.execute("cart-1", [](Cart& cart) { cart.add_item("apple", 1); });
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::in_doubt) << e.what();
  }
}

TEST_F(RepositoryTest, ManyThreadsOnOneAggregateLoseNothing) {
  const Repository<Cart> patient{store, {.attempts = 10'000}};
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) patient.execute("cart-1", [](Cart& cart) { cart.add_item("apple", 1); });
      });
    }
  }
  const Cart cart = patient.load("cart-1");
  EXPECT_EQ(cart.state().items.at("apple"), kThreads * kEach);
  EXPECT_EQ(cart.version(), Version{kThreads * kEach - 1});
}

}  // namespace
}  // namespace cart_tests
