// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_page.h>

#include <gtest/gtest.h>

#include <string>

namespace leftfold {
namespace {

RecordedEvent event(std::string_view payload) {
  RecordedEvent e;
  e.position = Position{7};
  e.version = Version{3};
  e.aggregate_id = "cart-1";
  e.type = "CartItemAdded";
  e.payload = payload;
  e.metadata = R"({"a":"b"})";
  return e;
}

TEST(EventPage, KeepsCopiesOfTheTexts) {
  EventPage page;
  {
    const std::string text(100, 'x');
    page.add(event(text));
  }
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].payload, std::string(100, 'x'));
  EXPECT_EQ(page[0].aggregate_id, "cart-1");
  EXPECT_EQ(page[0].type, "CartItemAdded");
  EXPECT_EQ(page[0].metadata, R"({"a":"b"})");
  EXPECT_EQ(page[0].position, Position{7});
}

TEST(EventPage, KeepsViewsValidWhileItGrowsAndMoves) {
  EventPage page;
  page.add(event("first"));
  const std::string_view first = page[0].payload;
  for (int i = 0; i < 1000; ++i) page.add(event(std::string(static_cast<std::size_t>(i % 97) * 40, 'y')));
  const EventPage moved = std::move(page);
  EXPECT_EQ(first.data(), moved[0].payload.data());
  EXPECT_EQ(moved[0].payload, "first");
  ASSERT_EQ(moved.size(), 1001U);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(moved[i + 1].payload, std::string(i % 97 * 40, 'y'));
}

TEST(EventPage, TakesTextsLargerThanABlock) {
  EventPage page;
  const std::string large(3'000'000, 'z');
  page.add(event("small"));
  page.add(event(large));
  page.add(event("after"));
  EXPECT_EQ(page[1].payload, large);
  EXPECT_EQ(page[0].payload, "small");
  EXPECT_EQ(page.back().payload, "after");
}

TEST(EventPage, ReservesOnce) {
  EventPage page;
  page.reserve(10, 1000);
  const EventPage* same = &page;
  for (int i = 0; i < 10; ++i) page.add(event(std::string(50, 'q')));
  EXPECT_EQ(same->size(), 10U);
  EXPECT_FALSE(page.at_end());
  page.set_at_end(true);
  EXPECT_TRUE(page.at_end());
}

}  // namespace
}  // namespace leftfold
