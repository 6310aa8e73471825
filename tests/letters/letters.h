// SPDX-License-Identifier: Apache-2.0
// What the tests of several processes share, whatever the store: a log of what was handled that outlives processes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crash/line_log.h"
#include "place.h"
#include "resilience/redrive.h"
#include "testing/dead_letter_cases.h"

namespace leftfold::test_letters {

/// Handles an event: a line "sequence version" that survives the process.
inline void handle(const crash::LineLog& log, const std::string& sequence, std::int64_t version) {
  log.add(sequence + ' ' + std::to_string(version));
}

/// A target whose handler writes that log.
inline detail::RedriveTarget target_for(const crash::LineLog& log) {
  detail::RedriveTarget target;
  target.subscription = testing::kMail;
  target.owner = "host:1";
  target.handle = [&log](const RecordedEvent& event) {
    handle(log, std::string{event.aggregate_id}, event.version.value());
  };
  return target;
}

/// The versions of a sequence in the order they were handled.
inline std::vector<std::int64_t> handled_versions(const Place& place, const std::string& sequence) {
  std::vector<std::int64_t> versions;
  for (const auto& line : crash::read_lines(place.handled())) {
    if (line.at(0) == sequence) versions.push_back(std::stoll(line.at(1)));
  }
  return versions;
}

/// 0, 1, ... `count` - 1: every version once.
inline std::vector<std::int64_t> each_once(std::int64_t count) {
  std::vector<std::int64_t> versions;
  for (std::int64_t version = 0; version < count; ++version) versions.push_back(version);
  return versions;
}

}  // namespace leftfold::test_letters
