// SPDX-License-Identifier: Apache-2.0
// What must hold after a chaos run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <leftfold/event_copy.h>

namespace leftfold::test_chaos {

using Stored = std::map<std::string, std::map<std::int64_t, EventCopy>>;  // by aggregate and version

/// What one writer's file says.
struct Commands {
  std::string writer;
  std::vector<std::int64_t> began;         // each once, in order
  std::vector<std::int64_t> acknowledged;  // as well
  std::size_t repeated = 0;                // how many were stored before they were repeated
};
/// Throws testing::ExpectationFailed for a file that no writer writes.
[[nodiscard]] Commands read_commands(const std::string& file, const std::string& writer);

struct StoredCounts {
  std::size_t acknowledged = 0;  // commands
  std::size_t repeated = 0;      // of these, how many were sent again under their key when they were stored already
  std::size_t unheard = 0;       // commands that are stored, and whose writer never heard of it
  std::size_t events = 0;
};

/// Each acknowledged command is stored exactly once and whole, in one commit, as it was meant; each other one not at
/// all or exactly as well; nothing else is stored; versions of each till follow each other from 0. Throws
/// testing::ExpectationFailed.
[[nodiscard]] StoredCounts check_stored(const Stored& stored, const std::vector<Commands>& writers, std::uint64_t seed,
                                        int tills);

}  // namespace leftfold::test_chaos
