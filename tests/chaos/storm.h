// SPDX-License-Identifier: Apache-2.0
// What happens to a world at random, and its end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <leftfold/clock.h>

#include "chaos/servers.h"
#include "chaos/timeline.h"
#include "chaos/world.h"

namespace leftfold::test_chaos {

/// One trouble after another, several at once, chosen by a seed. One thread.
class Storm {
 public:
  Storm(World& world, const Timeline& timeline, std::uint64_t seed);

  /// Until `end`. Throws what says that a process crashed or did not end in order.
  void rage(Instant end);
  /// Ends every trouble there is.
  void heal();
  /// How often each trouble began.
  [[nodiscard]] const std::map<std::string, int>& counts() const { return counts_; }

 private:
  struct Trouble {
    std::string name;
    int weight;
    bool alone;                   // not begun again before it has ended
    std::function<bool()> begin;  // false: not now
  };
  struct Ending {
    Instant at;
    std::string trouble;
    std::function<void()> end;
  };
  [[nodiscard]] std::int64_t random(std::int64_t least, std::int64_t most);
  [[nodiscard]] Service& victim();
  void add(std::string name, int weight, bool alone, std::function<bool()> begin);
  bool lasts(std::int64_t least_ms, std::int64_t most_ms, const std::string& what, std::function<void()> end);
  [[nodiscard]] bool lasts_still(const std::string& trouble) const;
  void begin_one();
  void end_due(Instant now);
  void add_processes();
  void add_broker();
  void add_table();

  World& world_;
  const Timeline& timeline_;
  std::mt19937_64 random_;
  std::vector<Trouble> troubles_;
  std::vector<Ending> endings_;
  std::map<std::string, int> counts_;
  std::string begun_;  // the trouble that is just beginning
};

}  // namespace leftfold::test_chaos
