// SPDX-License-Identifier: Apache-2.0
// What counters' writers did, and what the events table says about it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/dynamodb.h>
#include <leftfold/json.h>

#include "dynamodb/service.h"

namespace leftfold::fault_history {

struct Counted {
  int writer = 0;
  int command = 0;
  int part = 0;
};
struct CounterState {
  int total = 0;
  void apply(const Counted&) { ++total; }
};
class Counter : public AggregateRoot<CounterState, Events<Counted>> {
 public:
  using AggregateRoot::AggregateRoot;
  void count(int writer, int command, int parts) {
    for (int part = 0; part < parts; ++part) create_event(Counted{writer, command, part});
  }
};

/// One command and what its writer was told.
struct Command {
  enum class Told { stored, refused, in_doubt };
  int writer = 0;
  int number = 0;
  std::string aggregate = {};
  int parts = 1;
  bool has_key = false;
  Told told = Told::refused;
  Version version{};      // of its last event, when it was stored
  std::string text = {};  // of the last error

  [[nodiscard]] std::string name() const {
    return "command " + std::to_string(writer) + "/" + std::to_string(number) + " on " + aggregate + " [" + text + "]";
  }
};

/// Everything in the events table, read past the proxy. Adds a failure for whatever is not as it must be.
class History {
 public:
  explicit History(const test_dynamodb::TestTables& tables) {
    DynamoDbStore store{tables.options()};
    ScanPlace where;
    do {
      const ScanPage page = store.scan(where);
      for (const RecordedEvent& event : page.events) add(event);
      where.after = page.next;
    } while (!where.after.empty());
    for (const auto& [id, events] : aggregates_) check(id, events);
  }

  void check(const Command& command) const {
    const auto found = commands_.find({command.writer, command.number});
    const std::size_t times = found == commands_.end() ? 0 : found->second.size();
    if (command.told == Command::Told::in_doubt && times == 0) return;
    ASSERT_EQ(times, command.told == Command::Told::refused ? 0U : 1U) << command.name();
    if (times == 0) return;
    const Commit& commit = found->second.front();
    EXPECT_EQ(commit.parts, command.parts) << command.name();
    EXPECT_EQ(commit.aggregate, command.aggregate) << command.name();
    if (command.told == Command::Told::in_doubt) return;  // its version was not told
    EXPECT_EQ(commit.last, command.version) << command.name();
  }
  [[nodiscard]] std::size_t events(const std::string& aggregate) const { return aggregates_.at(aggregate).size(); }
  [[nodiscard]] std::size_t commits() const {
    std::size_t all = 0;
    for (const auto& [command, commits] : commands_) all += commits.size();
    return all;
  }

 private:
  struct Event {
    Counted counted;
    Uuid commit_id;
    int commit_pos;
    int commit_size;
  };
  struct Commit {
    std::string aggregate;
    int parts;
    Version last;
  };

  void add(const RecordedEvent& event) {
    const Event read{from_json<Counted>(event.payload), event.commit_id, event.commit_pos, event.commit_size};
    const bool added = aggregates_[std::string{event.aggregate_id}].emplace(event.version, read).second;
    EXPECT_TRUE(added) << event.aggregate_id << " has version " << event.version.value() << " twice";
  }

  /// Versions follow each other, and each commit is one command, whole and in order.
  void check(const std::string& id, const std::map<Version, Event>& events) {
    Version next{0};
    const Event* before = nullptr;
    for (const auto& [version, event] : events) {
      ASSERT_EQ(version, next) << id;
      const bool begins = event.commit_pos == 0;
      ASSERT_EQ(begins, before == nullptr || before->commit_pos + 1 == before->commit_size) << id << version.value();
      if (begins) {
        commands_[{event.counted.writer, event.counted.command}].push_back({id, event.commit_size, {}});
      } else {
        ASSERT_EQ(event.commit_id, before->commit_id) << id << version.value();
        ASSERT_EQ(event.commit_pos, before->commit_pos + 1) << id << version.value();
      }
      ASSERT_EQ(event.counted.part, event.commit_pos) << id << version.value();
      commands_[{event.counted.writer, event.counted.command}].back().last = version;
      before = &event;
      next = next.next();
    }
    ASSERT_TRUE(before == nullptr || before->commit_pos + 1 == before->commit_size) << id << " ends in mid-commit";
  }

  std::map<std::string, std::map<Version, Event>> aggregates_;
  std::map<std::pair<int, int>, std::vector<Commit>> commands_;  // by writer and number
};

}  // namespace leftfold::fault_history
