// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event.h>
#include <leftfold/upcast.h>

#include <gtest/gtest.h>

#include <string>

namespace {

struct Opened {};
struct Renamed {
  static constexpr std::string_view event_name = "NameChanged";
  static constexpr int event_version = 2;
  using Upcasts = leftfold::Upcasts<leftfold::unchanged>;
  int n = 0;
};
namespace inner {
struct Closed {};
}  // namespace inner

TEST(EventName, IsTheUnqualifiedTypeName) {
  EXPECT_EQ(leftfold::event_name<Opened>(), "Opened");
  EXPECT_EQ(leftfold::event_name<inner::Closed>(), "Closed");
}

TEST(EventName, CanBeOverruled) {
  EXPECT_EQ(leftfold::event_name<Renamed>(), "NameChanged");
  EXPECT_EQ(leftfold::event_version<Renamed>(), 2);
  EXPECT_EQ(leftfold::event_version<Opened>(), 1);
}

struct PageTracked {
  std::string event_name;
  int event_version = 7;
};

TEST(EventName, AFieldOfThatNameIsAField) {
  EXPECT_EQ(leftfold::event_name<PageTracked>(), "PageTracked");
  EXPECT_EQ(leftfold::event_version<PageTracked>(), 1);
}

TEST(Events, ListsItsNamesInOrder) {
  constexpr auto names = leftfold::Events<Opened, Renamed, inner::Closed>::names();
  EXPECT_EQ(names[0], "Opened");
  EXPECT_EQ(names[1], "NameChanged");
  EXPECT_EQ(names[2], "Closed");
}

}  // namespace
