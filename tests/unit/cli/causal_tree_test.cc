// SPDX-License-Identifier: Apache-2.0
#include "cli/causal_tree.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace leftfold::cli {
namespace {

Uuid id_of(std::uint8_t number) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = number;
  return Uuid{bytes};
}

EventCopy event(std::uint8_t number, std::uint8_t cause) {
  EventCopy made;
  made.id = id_of(number);
  made.position = Position{number};
  made.type = std::to_string(number);
  if (cause > 0) made.metadata = "{\"causation_id\":\"" + id_of(cause).to_string() + "\"}";
  return made;
}

using Shown = std::vector<std::pair<std::string, std::size_t>>;
Shown shown(const std::vector<EventCopy>& events) {
  Shown lines;
  for (const CausalLine& line : causal_tree(events)) lines.emplace_back(line.event->type, line.depth);
  return lines;
}

TEST(CausalTree, EffectsStandBelowTheirCauseInTheOrderOfTheStore) {
  EXPECT_EQ(shown({event(5, 2), event(1, 0), event(2, 1), event(3, 1), event(4, 0)}),
            (Shown{{"1", 0}, {"2", 1}, {"5", 2}, {"3", 1}, {"4", 0}}));
}

TEST(CausalTree, ACauseThatIsElsewhereBeginsATree) { EXPECT_EQ(shown({event(7, 99)}), (Shown{{"7", 0}})); }

TEST(CausalTree, EventsThatCausedEachOtherAreShownOnce) {
  EXPECT_EQ(shown({event(1, 2), event(2, 1), event(3, 3)}), (Shown{{"1", 0}, {"2", 1}, {"3", 0}}));
}

TEST(CausalTree, ALongChainNeedsNoStack) {
  std::vector<EventCopy> events;
  for (int i = 1; i <= 200; ++i)
    events.push_back(event(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i - 1)));
  const Shown lines = shown(events);
  ASSERT_EQ(lines.size(), 200U);
  EXPECT_EQ(lines.back().second, 199U);
}

}  // namespace
}  // namespace leftfold::cli
