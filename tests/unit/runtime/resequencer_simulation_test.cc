// SPDX-License-Identifier: Apache-2.0
// Thousands of courses of publishing by several processes over a stream without an order, each from a seed.
// LEFTFOLD_SIM_SEEDS=n runs n of them, LEFTFOLD_SIM_SEED=s that one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "unit/runtime/publishing_world.h"
#include "unit/runtime/simulated_publisher.h"

namespace leftfold::runtime_test {
namespace {

/// Some publishers, of which each dies, is away or loses its shards at any time; then one that has them all and
/// everything works, and reconciles.
class PublishingSimulation {
 public:
  explicit PublishingSimulation(std::uint64_t seed, SinkKind kind = SinkKind::gapless)
      : world_{seed, seed % 2 == 0 ? Unpublishable::block : Unpublishable::mark} {
    for (int number = 1; number <= 3; ++number) {
      publishers_.push_back(std::make_unique<SimulatedPublisher>(world_, number, kind));
    }
  }

  /// False when something was wrong.
  bool run() {
    for (std::size_t step = 60 + world_.chance.below(120); step > 0 && !world_.broken(); --step) disturb_and_step();
    if (world_.broken()) return false;
    heal();
    return !world_.broken();
  }
  [[nodiscard]] const Trail& trail() const { return world_.trail; }

 private:
  void disturb_and_step() {
    Chance& chance = world_.chance;
    if (chance.one_in(12))
      world_.shards[chance.below(world_.shards.size())].owner = 1 + static_cast<int>(chance.below(3));
    if (chance.one_in(60)) world_.cursors[chance.below(world_.cursors.size())] = -1;  // deleted by hand
    if (chance.one_in(80)) world_.shards[chance.below(world_.shards.size())].checkpoint = 0;
    if (chance.one_in(3)) world_.move_on();
    if (chance.one_in(4)) world_.clock.advance(std::chrono::milliseconds{chance.below(100)});
    publishers_[chance.below(publishers_.size())]->step();
  }

  void heal() {
    const bool mends = world_.unpublishable == Unpublishable::block && world_.chance.one_in(2);
    if (mends) world_.mend();
    world_.calm = true;
    // Those that are away may come back at the very end, with what they had on the way.
    for (std::size_t i = 1; i < publishers_.size(); ++i) publishers_[i]->crash();
    world_.clock.advance(std::chrono::seconds{1});
    for (StreamShard& shard : world_.shards) shard.owner = 1;
    try {
      publishers_.front()->finish();
    } catch (const ProcessEnds&) {  // what broke is in the trail
      return;
    } catch (const Error& error) {
      world_.trail.broken(std::string{"it fails though everything works: "} + error.what());
      return;
    }
    for (std::size_t aggregate = 0; aggregate < world_.streams.size(); ++aggregate) {
      if (world_.next[aggregate] != world_.expected(aggregate)) {
        world_.trail.broken("of " + PublishingWorld::name(aggregate) + " the topic has " +
                            std::to_string(world_.next[aggregate]) + " events, not " +
                            std::to_string(world_.expected(aggregate)));
      }
    }
  }

  PublishingWorld world_;
  std::vector<std::unique_ptr<SimulatedPublisher>> publishers_;
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && *text != '\0' ? std::stoull(text) : otherwise;
}

::testing::AssertionResult holds(std::uint64_t seed) {
  PublishingSimulation simulation{seed};
  if (simulation.run()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "seed " << seed << ": " << simulation.trail().broken()
                                       << "\nthe last of what happened (run it alone with LEFTFOLD_SIM_SEED=" << seed
                                       << "):\n"
                                       << simulation.trail().text();
}

TEST(ResequencerSimulation, LosesNothingAndKeepsTheOrderWhateverHappens) {
  if (const std::uint64_t one = number_from("LEFTFOLD_SIM_SEED", 0); one > 0) {
    ASSERT_TRUE(holds(one));
    return;
  }
  const std::uint64_t seeds = number_from("LEFTFOLD_SIM_SEEDS", 2000);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) ASSERT_TRUE(holds(seed));
}

TEST(ResequencerSimulation, TakesTheSameCourseForTheSameSeed) {
  PublishingSimulation first{7};
  PublishingSimulation again{7};
  PublishingSimulation other{9};
  first.run();
  again.run();
  other.run();
  EXPECT_EQ(first.trail().hash(), again.trail().hash());
  EXPECT_NE(first.trail().hash(), other.trail().hash());
}

// The checker must see what is wrong with the other ways.
TEST(ResequencerSimulation, FindsASinkThatLetsLaterEventsThrough) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    PublishingSimulation simulation{seed, SinkKind::skips};
    if (simulation.run()) continue;
    EXPECT_NE(simulation.trail().broken().find(" before "), std::string::npos) << simulation.trail().broken();
    ++found;
  }
  EXPECT_GT(found, 10);
}

TEST(ResequencerSimulation, FindsThatAStreamBringsNoOrder) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    PublishingWorld world{seed, Unpublishable::block};
    world.mend();
    for (const StreamShard& shard : world.shards) {
      for (const StreamRecord& record : shard.records) {
        for (std::size_t i = 0; i < record.events; ++i) {
          world.take(world.streams[record.aggregate].at(static_cast<std::size_t>(record.first) + i).copy);
        }
      }
    }
    if (world.broken()) ++found;
  }
  EXPECT_GT(found, 200);
}

}  // namespace
}  // namespace leftfold::runtime_test
