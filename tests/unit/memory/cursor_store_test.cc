// What MemoryCursorStore promises beyond its port: a cursor never goes back.
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/memory_cursor_store.h>

#include "support/code_of.h"

namespace leftfold {
namespace {

using test_support::code_of;

TEST(MemoryCursorStore, NeverLowersACursor) {
  MemoryCursorStore store;
  const std::vector<PublishCursor> moved{{"a", Version{5}}, {"b", Version{0}}};
  const std::vector<PublishCursor> older{{"a", Version{3}}};
  store.advance(moved);
  store.advance(older);
  const std::vector<std::string_view> ids{"b", "none", "a"};
  EXPECT_EQ(store.load(ids), (std::vector<Version>{Version{0}, Version::none(), Version{5}}));
  EXPECT_TRUE(store.remove("a"));
  EXPECT_FALSE(store.remove("a"));
  EXPECT_EQ(store.load(ids), (std::vector<Version>{Version{0}, Version::none(), Version::none()}));
}

TEST(MemoryCursorStore, RefusesAnAggregateWithoutAName) {
  MemoryCursorStore store;
  const std::vector<PublishCursor> moved{{"a", Version{5}}, {"", Version{0}}};
  EXPECT_EQ(code_of([&] { store.advance(moved); }), Errc::invalid_argument);
  const std::vector<std::string_view> ids{"a"};
  EXPECT_EQ(store.load(ids).at(0), Version::none());
  EXPECT_EQ(code_of([&] { (void)store.remove(""); }), Errc::invalid_argument);
}

}  // namespace
}  // namespace leftfold
