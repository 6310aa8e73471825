// SPDX-License-Identifier: Apache-2.0
// What the chaos run's programs write: commands of tills, each known by its writer and number alone.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>

#include "kafka/steps.h"

namespace leftfold::test_chaos {

struct TillState {
  std::int64_t steps = 0;
  void apply(const test_kafka::Step&) { ++steps; }
};

class Till : public AggregateRoot<TillState, test_kafka::StepEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void ring(test_kafka::Step step) { create_event(std::move(step)); }
};

/// One command of one writer: what it does follows from these numbers, so that a writer that was killed repeats it, and
/// the verdict knows what it should have stored. Plain value.
struct Command {
  std::string name;  // also its idempotency key
  std::string till;
  std::vector<test_kafka::Step> steps;  // 1 to 3, stored together
};
[[nodiscard]] Command command_of(const std::string& writer, std::uint64_t seed, std::int64_t number, int tills);

}  // namespace leftfold::test_chaos
