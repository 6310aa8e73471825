// What the tests of several processes share: a file, its clock, and a log of what was handled that outlives processes.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>

#include "crash/line_log.h"
#include "resilience/redrive.h"
#include "testing/dead_letter_cases.h"
#include "unit/sqlite/fixed_clock.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold::test_letters {

inline const Timestamp kBegin{std::chrono::milliseconds{1'714'564'800'000}};

struct Place {
  test_sqlite::TempDir folder;
  [[nodiscard]] std::filesystem::path events() const { return folder.file(); }
  [[nodiscard]] std::filesystem::path handled() const { return folder.file("handled"); }
};

/// The store as a process has it whose clock stands at `now`.
struct Opened {
  explicit Opened(const Place& place, Timestamp now = kBegin) : clock{now}, store{options(place)} {}
  [[nodiscard]] DeadLetterStore& letters() { return store.dead_letters(); }
  test_sqlite::FixedClock clock;
  SqliteStore store;

 private:
  SqliteOptions options(const Place& place) {
    SqliteOptions made = test_sqlite::options_for(place.events());
    made.clock = &clock;
    return made;
  }
};

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
