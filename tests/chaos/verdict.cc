// SPDX-License-Identifier: Apache-2.0
#include "chaos/verdict.h"

#include <set>

#include <leftfold/json.h>
#include <leftfold/testing/expect.h>

#include "chaos/till.h"
#include "crash/line_log.h"

namespace leftfold::test_chaos {
namespace {

using test_kafka::Step;
using testing::expect;
using testing::expect_equal;

/// Where a command's events are.
struct Place {
  std::string till;
  std::int64_t first = 0;
  std::vector<Step> steps;
  Uuid commit;
};

std::map<std::string, Place> places_in(const Stored& stored) {
  std::map<std::string, Place> places;
  for (const auto& [till, versions] : stored) {
    std::int64_t next = 0;
    for (const auto& [version, event] : versions) {
      expect_equal(version, next++, "the next version of " + till);
      const auto step = from_json<Step>(event.payload);
      const std::string what = step.command + " in " + till + " " + std::to_string(version);
      const auto [at, is_new] = places.try_emplace(step.command, Place{till, version, {}, event.commit_id});
      Place& place = at->second;
      expect(is_new || (place.till == till && place.first + std::ssize(place.steps) == version),
             what + " is where the rest of the command is, and once");
      expect(place.commit == event.commit_id, what + " is of one commit");
      place.steps.push_back(step);
    }
  }
  return places;
}

void expect_as_meant(const Place& place, const Command& command) {
  expect_equal(place.till, command.till, "the till of " + command.name);
  expect_equal(place.steps.size(), command.steps.size(), "events of " + command.name);
  for (std::size_t i = 0; i < command.steps.size(); ++i) {
    expect_equal(place.steps[i].amount, command.steps[i].amount, "an amount of " + command.name);
  }
}

}  // namespace

Commands read_commands(const std::string& file, const std::string& writer) {
  Commands commands{writer, {}, {}, 0};
  for (const auto& line : crash::read_lines(file)) {
    const bool known = line.size() == 2 && (line[0] == "began" || line[0] == "repeated" || line[0] == "acknowledged");
    expect(known, file + " holds what a writer writes");
    if (line[0] == "repeated") {
      ++commands.repeated;
      continue;
    }
    auto& into = line[0] == "began" ? commands.began : commands.acknowledged;
    const std::int64_t number = std::stoll(line[1]);
    // A command that was begun and not known to be done begins again.
    if (into.empty() || into.back() != number) into.push_back(number);
    expect(into.size() < 2 || into[into.size() - 2] < number, file + " goes on at each start");
  }
  return commands;
}

StoredCounts check_stored(const Stored& stored, const std::vector<Commands>& writers, std::uint64_t seed, int tills) {
  StoredCounts counts;
  std::map<std::string, Place> places = places_in(stored);
  for (const auto& [till, versions] : stored) counts.events += versions.size();
  for (const Commands& commands : writers) {
    counts.repeated += commands.repeated;
    const std::set<std::int64_t> done{commands.acknowledged.begin(), commands.acknowledged.end()};
    for (const std::int64_t number : commands.began) {
      const Command command = command_of(commands.writer, seed, number, tills);
      const auto place = places.find(command.name);
      expect(place != places.end() || !done.contains(number), command.name + ", which was acknowledged, is stored");
      if (done.contains(number)) ++counts.acknowledged;
      if (place == places.end()) continue;
      if (!done.contains(number)) ++counts.unheard;
      expect_as_meant(place->second, command);
      places.erase(place);
    }
  }
  expect(places.empty(), places.empty() ? "" : places.begin()->first + " is a command that somebody began");
  return counts;
}

}  // namespace leftfold::test_chaos
