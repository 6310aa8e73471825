// SPDX-License-Identifier: Apache-2.0
#include "kafka/invariants.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <leftfold/json.h>
#include <leftfold/testing/expect.h>

namespace leftfold::test_kafka {
namespace {

using testing::expect;
using testing::expect_equal;

std::string name_of(const VersionOf& version) { return version.first + " " + std::to_string(version.second); }

std::string in(const HistoryLine& line) { return ", in process " + std::to_string(line.process); }

}  // namespace

TopicFacts::TopicFacts(const std::vector<EventCopy>& events) {
  for (const EventCopy& event : events) {
    const VersionOf version{event.aggregate_id, event.version.value()};
    if (places_.contains(version)) continue;
    if (version.second > 0) {
      const auto before = places_.find({version.first, version.second - 1});
      expect(before != places_.end(), name_of(version) + " in the topic follows the version before it");
      expect_equal(event.partition, before->second.partition, "partition of " + name_of(version));
    }
    places_[version] = {event.partition, event.position.value() - 1};
    Account& account = accounts_[event.aggregate_id];
    account.account = event.aggregate_id;
    account.add(from_json<Step>(event.payload).amount);
  }
}

Findings check_history(const TopicFacts& topic, const std::vector<HistoryLine>& history, std::size_t workers,
                       const std::set<VersionOf>& parked) {
  Findings found;
  found.events = topic.places().size();
  std::set<VersionOf> ended;
  const auto done = [&](const VersionOf& version) { return ended.contains(version) || parked.contains(version); };
  using Process = std::pair<pid_t, std::chrono::microseconds>;
  std::map<Process, std::map<std::string, std::int64_t>> running;  // by process and aggregate
  for (const HistoryLine& line : history) {
    const VersionOf version{line.aggregate, line.version};
    auto& here = running[{line.process, line.since}];
    if (line.kind != HistoryLine::Kind::began) {
      const auto begun = here.find(line.aggregate);
      expect(begun != here.end() && begun->second == line.version, name_of(version) + " ended as it began" + in(line));
      here.erase(begun);
      if (line.kind == HistoryLine::Kind::ended) ended.insert(version);
      continue;
    }
    ++found.calls;
    found.repeats += ended.contains(version) ? 1U : 0U;
    expect(topic.places().contains(version), name_of(version) + " is in the topic" + in(line));
    const auto other = here.find(line.aggregate);
    expect(other == here.end(), name_of(version) + " began while version " +
                                    std::to_string(other == here.end() ? 0 : other->second) + " was handled" +
                                    in(line));
    expect(line.version == 0 || done({line.aggregate, line.version - 1}),
           name_of(version) + " began after the version before it had ended" + in(line));
    here[line.aggregate] = line.version;
    found.most = std::max(found.most, here.size());
    expect(here.size() <= workers, "no more handlers than workers at " + name_of(version) + in(line));
  }
  for (const auto& [version, place] : topic.places()) expect(done(version), name_of(version) + " was handled");
  found.processes = running.size();
  return found;
}

void check_committed(const TopicFacts& topic, const std::vector<HistoryLine>& history,
                     const std::vector<Committed>& seen, const std::set<VersionOf>& parked) {
  constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
  std::map<VersionOf, std::size_t> ended_at;  // the number of its line
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].kind == HistoryLine::Kind::ended) {
      ended_at.try_emplace({history[i].aggregate, history[i].version}, i);
    }
  }
  struct Event {
    const VersionOf* version;
    std::size_t ended_at;
  };
  std::map<std::int32_t, std::map<std::int64_t, Event>> partitions;  // by offset
  for (const auto& [version, place] : topic.places()) {
    if (parked.contains(version)) continue;
    const auto end = ended_at.find(version);
    partitions[place.partition][place.offset] = {&version, end == ended_at.end() ? kNever : end->second};
  }
  // What an earlier look allowed is allowed later: each event is looked at once, at the first commit above it.
  std::map<std::int32_t, std::int64_t> looked_at;
  std::size_t lines = 0;
  for (const Committed& committed : seen) {
    expect(committed.lines >= lines, "commits are in the order in which they were seen");
    lines = committed.lines;
    for (auto& [partition, events] : partitions) {
      const std::int64_t offset = committed.offsets.at(static_cast<std::size_t>(partition)).value_or(0);
      std::int64_t& done = looked_at[partition];
      for (auto at = events.lower_bound(done); at != events.end() && at->first < offset; ++at) {
        expect(at->second.ended_at < committed.lines, name_of(*at->second.version) + " at offset " +
                                                          std::to_string(at->first) + " had ended when " +
                                                          std::to_string(offset) + " was committed");
      }
      done = std::max(done, offset);
    }
  }
}

void check_ledger(const TopicFacts& topic, const std::vector<Account>& rows) {
  expect_equal(rows.size(), topic.accounts().size(), "accounts in the read table");
  for (const Account& row : rows) {
    const auto folded = topic.accounts().find(row.account);
    expect(folded != topic.accounts().end(), row.account + " of the read table is in the topic");
    expect_equal(row.steps, folded->second.steps, "steps of " + row.account + " in the read table");
    expect_equal(row.balance, folded->second.balance, "balance of " + row.account + " in the read table");
    expect_equal(row.chain, folded->second.chain, "order of the steps of " + row.account + " in the read table");
  }
}

}  // namespace leftfold::test_kafka
