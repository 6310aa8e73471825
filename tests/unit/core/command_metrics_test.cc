// SPDX-License-Identifier: Apache-2.0
// What a repository counts.
#include <gtest/gtest.h>

#include <leftfold/error.h>
#include <leftfold/memory.h>
#include <leftfold/metrics.h>
#include <leftfold/repository.h>

#include "cart.h"

namespace leftfold {
namespace {

/// Fails as it is told to.
class FailingStore final : public EventStore {
 public:
  AppendResult append(const AppendRequest& request) override {
    if (conflict) return Conflict{Version{7}};
    if (code) throw Error{*code, "not now"};
    return store.append(request);
  }
  EventPage read_stream(std::string_view id, Version from, std::size_t max) override {
    return store.read_stream(id, from, max);
  }
  EventPage read_all(Position after, std::size_t max) override { return store.read_all(after, max); }
  Position head() override { return store.head(); }
  std::optional<Appended> find_append(std::string_view id, std::string_view key) override {
    return store.find_append(id, key);
  }

  MemoryStore store;
  bool conflict = false;
  std::optional<Errc> code;
};

struct CommandMetricsTest : ::testing::Test {
  CommandMetricsTest() { options.metrics = &metrics; }
  [[nodiscard]] double counted(const char* name, const char* label, const char* value) {
    return metrics.counter(name, "", {{"aggregate", "Cart"}, {label, value}}).value();
  }

  Metrics metrics;
  FailingStore store;
  RepositoryOptions options{.attempts = 1};
};

TEST_F(CommandMetricsTest, EverythingIsThereAtZeroBeforeTheFirstCommand) {
  const Repository<cart_tests::Cart> carts{store, options};
  const std::string text = metrics.prometheus();
  for (const char* line : {"leftfold_events_appended_total{aggregate=\"Cart\",event_type=\"CartItemAdded\"} 0",
                           "leftfold_append_conflicts_total{aggregate=\"Cart\"} 0",
                           "leftfold_append_errors_total{aggregate=\"Cart\",code=\"in_doubt\"} 0",
                           "leftfold_append_duration_seconds_count{aggregate=\"Cart\"} 0",
                           "leftfold_load_events_count{aggregate=\"Cart\"} 0"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST_F(CommandMetricsTest, CountsEventsAndLoads) {
  const Repository<cart_tests::Cart> carts{store, options};
  const auto add = [](cart_tests::Cart& cart) { cart.add_item("apple", 1); };
  (void)carts.execute("a", add);
  (void)carts.execute("a", add);
  (void)carts.load("a");
  EXPECT_EQ(counted("leftfold_events_appended_total", "event_type", "CartItemAdded"), 2);
  EXPECT_EQ(counted("leftfold_events_appended_total", "event_type", "CartCheckedOut"), 0);
  Histogram& folded = metrics.histogram("leftfold_load_events", "", {{"aggregate", "Cart"}});
  EXPECT_EQ(folded.count(), 3U);
  EXPECT_EQ(folded.sum(), 0 + 1 + 2);
  EXPECT_EQ(metrics.histogram("leftfold_append_duration_seconds", "", {{"aggregate", "Cart"}}).count(), 2U);
  EXPECT_EQ(metrics.histogram("leftfold_load_duration_seconds", "", {{"aggregate", "Cart"}}).count(), 3U);
}

TEST_F(CommandMetricsTest, CountsARepeatedCommandOnce) {
  const Repository<cart_tests::Cart> carts{store, options};
  const auto add = [](cart_tests::Cart& cart) { cart.add_item("apple", 1); };
  CommandOptions once;
  once.idempotency_key = "k";
  (void)carts.execute("a", add, once);
  (void)carts.execute("a", add, once);
  EXPECT_EQ(counted("leftfold_events_appended_total", "event_type", "CartItemAdded"), 1);
}

TEST_F(CommandMetricsTest, CountsConflictsAndErrorsByTheirCode) {
  const Repository<cart_tests::Cart> carts{store, options};
  const auto add = [](cart_tests::Cart& cart) { cart.add_item("apple", 1); };
  store.conflict = true;
  EXPECT_THROW((void)carts.execute("a", add), VersionConflict);
  store.conflict = false;
  store.code = Errc::throttled;
  EXPECT_THROW((void)carts.execute("a", add), Error);
  store.code = Errc::fenced;
  EXPECT_THROW((void)carts.execute("a", add), Error);
  EXPECT_EQ(metrics.counter("leftfold_append_conflicts_total", "", {{"aggregate", "Cart"}}).value(), 1);
  EXPECT_EQ(counted("leftfold_append_errors_total", "code", "throttled"), 1);
  EXPECT_EQ(counted("leftfold_append_errors_total", "code", "other"), 1);
  EXPECT_EQ(counted("leftfold_events_appended_total", "event_type", "CartItemAdded"), 0);
  EXPECT_EQ(metrics.histogram("leftfold_append_duration_seconds", "", {{"aggregate", "Cart"}}).count(), 0U);
}

}  // namespace
}  // namespace leftfold
