// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include <leftfold/error.h>

namespace leftfold {
namespace {

TEST(Error, CarriesCodeTextAndPlace) {
  const auto line = std::source_location::current().line() + 1;
  const Error error{Errc::storage_full, "shop.db: no room left on the disk; free some and try again"};
  EXPECT_EQ(error.code(), Errc::storage_full);
  EXPECT_STREQ(error.what(), "shop.db: no room left on the disk; free some and try again");
  EXPECT_EQ(error.where().line(), line);
  EXPECT_NE(std::string_view{error.where().file_name()}.find("error_test.cc"), std::string_view::npos);
}

TEST(Error, OnlyUnavailableAndThrottledAreRetryable) {
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    const Error error{static_cast<Errc>(code), "text"};
    const bool expected = error.code() == Errc::unavailable || error.code() == Errc::throttled;
    EXPECT_EQ(error.retryable(), expected) << to_string(error.code());
  }
}

TEST(Error, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    names.insert(to_string(static_cast<Errc>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Errc::internal) + 1);
  EXPECT_FALSE(names.contains("unknown"));
  EXPECT_EQ(to_string(Errc::version_conflict), "version_conflict");
  EXPECT_EQ(to_string(static_cast<Errc>(1000)), "unknown");
}

TEST(VersionConflict, SaysWhichAggregateAndWhichVersions) {
  const VersionConflict conflict{"cart-42", Version{4}, Version{6}};
  EXPECT_EQ(conflict.code(), Errc::version_conflict);
  EXPECT_EQ(conflict.expected(), Version{4});
  EXPECT_EQ(conflict.actual(), Version{6});
  EXPECT_FALSE(conflict.retryable());
  EXPECT_STREQ(conflict.what(),
               "aggregate \"cart-42\": expected version 4 but found version 6; another writer was first: load it again "
               "and decide again");
}

TEST(VersionConflict, NamesAnAggregateWithoutEvents) {
  const VersionConflict conflict{"cart-1", Version::none(), Version{0}};
  EXPECT_NE(std::string_view{conflict.what()}.find("expected no event yet but found version 0"),
            std::string_view::npos);
}

}  // namespace
}  // namespace leftfold
