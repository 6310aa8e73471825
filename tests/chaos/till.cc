// SPDX-License-Identifier: Apache-2.0
#include "chaos/till.h"

#include <random>

namespace leftfold::test_chaos {

Command command_of(const std::string& writer, std::uint64_t seed, std::int64_t number, int tills) {
  std::seed_seq mixed{seed, static_cast<std::uint64_t>(number), std::hash<std::string>{}(writer)};
  std::mt19937_64 random{mixed};
  const auto one_in = [&](std::uint64_t count) { return random() % count == 0; };
  Command command;
  command.name = writer + "/" + std::to_string(number);
  // A few tills are busy: writers meet there.
  const auto count = static_cast<std::uint64_t>(tills);
  command.till = "till-" + std::to_string(one_in(5) ? random() % 3 : random() % count);
  const std::uint64_t steps = one_in(4) ? 2 + random() % 2 : 1;
  for (std::uint64_t i = 0; i < steps; ++i) {
    test_kafka::Step step;
    step.amount = static_cast<std::int64_t>(random() % 2001) - 1000;
    if (one_in(60)) step.work_ms = static_cast<std::int64_t>(50 + random() % 700);
    step.poison = one_in(250);
    step.command = command.name;
    command.steps.push_back(std::move(step));
  }
  return command;
}

}  // namespace leftfold::test_chaos
