// SPDX-License-Identifier: Apache-2.0
// Tickets that wait for their receipt.
#include <gtest/gtest.h>

#include "kafka/open_tickets.h"

namespace leftfold::kafka {
namespace {

using Tickets = std::vector<std::uint64_t>;

TEST(OpenTickets, CountFromOne) {
  OpenTickets tickets;
  EXPECT_EQ(tickets.open(), 1U);
  EXPECT_EQ(tickets.open(), 2U);
  EXPECT_EQ(tickets.all(), (Tickets{1, 2}));
}

TEST(OpenTickets, CloseOnceInAnyOrder) {
  OpenTickets tickets;
  for (int i = 0; i < 4; ++i) (void)tickets.open();
  EXPECT_TRUE(tickets.close(3));
  EXPECT_FALSE(tickets.close(3));
  EXPECT_TRUE(tickets.close(1));
  EXPECT_FALSE(tickets.close(1));
  EXPECT_EQ(tickets.all(), (Tickets{2, 4}));
  EXPECT_EQ(tickets.count(), 2U);
  EXPECT_TRUE(tickets.close(4));
  EXPECT_TRUE(tickets.close(2));
  EXPECT_FALSE(tickets.close(2));
  EXPECT_EQ(tickets.count(), 0U);
  EXPECT_EQ(tickets.open(), 5U);
}

TEST(OpenTickets, OthersAreNotOpen) {
  OpenTickets tickets;
  EXPECT_FALSE(tickets.close(0));
  EXPECT_FALSE(tickets.close(1));
  (void)tickets.open();
  EXPECT_FALSE(tickets.close(2));
}

TEST(OpenTickets, OneThatIsTakenBackComesAgain) {
  OpenTickets tickets;
  EXPECT_EQ(tickets.open(), 1U);
  tickets.take_back();
  EXPECT_EQ(tickets.count(), 0U);
  EXPECT_FALSE(tickets.close(1));
  EXPECT_EQ(tickets.open(), 1U);
  EXPECT_TRUE(tickets.close(1));
  EXPECT_EQ(tickets.open(), 2U);
}

}  // namespace
}  // namespace leftfold::kafka
