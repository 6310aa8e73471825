// SPDX-License-Identifier: Apache-2.0
#include "crash/verify.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <leftfold/json.h>
#include <leftfold/sqlite.h>
#include <leftfold/testing/expect.h>

#include "crash/bank.h"
#include "crash/line_log.h"

namespace crash {
namespace {

using leftfold::Position;
using leftfold::Version;
using leftfold::testing::expect;
using leftfold::testing::expect_equal;

struct StoredCommand {
  std::string account;
  int events = 0;
  Version version;    // of its last event
  Position position;  // of its last event
  leftfold::Uuid commit_id;
};

struct Total {
  std::int64_t balance = 0;
  std::int64_t events = 0;
};

// The truth: everything in the store, checked against the store's own promises while it is read.
struct Stored {
  std::set<std::string> event_ids;
  std::map<std::string, StoredCommand> commands;  // by key
  std::map<std::string, Version> versions;        // by account
  std::map<std::string, Total> totals;            // by account
};

void add_event(Stored& stored, const leftfold::RecordedEvent& event, const std::string& command, int part,
               std::int64_t amount) {
  const std::string account{event.aggregate_id};
  const auto same_command = stored.commands.find(command);
  const std::string what = "command " + command + ", part " + std::to_string(part) + ": ";
  if (part == 0) {
    expect(same_command == stored.commands.end(), what + "a command is stored once");
    stored.commands[command] = {account, 1, event.version, event.position, event.commit_id};
  } else {
    expect(same_command != stored.commands.end(), what + "the parts of a command are in order");
    StoredCommand& whole = same_command->second;
    expect_equal(event.commit_id, whole.commit_id, what + "commit_id");
    expect_equal(event.version, whole.version.next(), what + "version after the part before");
    expect_equal(event.position, whole.position.next(), what + "position after the part before");
    whole.version = event.version;
    whole.position = event.position;
    ++whole.events;
  }
  expect_equal(event.commit_pos, part, what + "commit_pos");
  Total& total = stored.totals[account];
  total.balance += amount;
  ++total.events;
}

Stored read_store(leftfold::SqliteStore& store) {
  Stored stored;
  Position position;
  for (bool at_end = false; !at_end;) {
    const leftfold::EventPage page = store.read_all(position, 1000);
    for (const leftfold::RecordedEvent& event : page) {
      expect_equal(event.position, position.next(), "position after the event before");
      position = event.position;
      const auto version = stored.versions.try_emplace(std::string{event.aggregate_id}).first;
      expect_equal(event.version, version->second.next(), "version of " + version->first + " after the event before");
      version->second = event.version;
      expect(stored.event_ids.insert(event.id.to_string()).second, "an event id is stored once");
      if (event.type == leftfold::event_name<Booked>()) {
        const auto booked = leftfold::from_json<Booked>(event.payload);
        add_event(stored, event, booked.command, booked.part, booked.amount);
      } else {
        const auto charged = leftfold::from_json<Charged>(event.payload);
        add_event(stored, event, charged.command, charged.part, -charged.fee);
      }
    }
    at_end = page.at_end();
  }
  expect_equal(store.head(), position, "head");
  return stored;
}

void check_commands_are_whole(const Stored& stored) {
  for (int thread = 0; thread < kWriterThreads; ++thread) {
    // A thread begins a command only after the one before was acknowledged: so there is no gap in what is stored.
    for (Command command{thread, 0}; stored.commands.contains(command.key()); ++command.n) {
      const StoredCommand& found = stored.commands.at(command.key());
      expect_equal(found.account, command.account(), "account of command " + command.key());
      expect_equal(found.events, command.events(), "events of command " + command.key());
    }
  }
}

void check_acknowledged(const Place& place, leftfold::SqliteStore& store, const Stored& stored, Findings& findings) {
  std::set<std::string> keys;
  for (const auto& line : read_lines(place.acknowledged())) {
    const Command command{std::stoi(line.at(0)), std::stoi(line.at(1))};
    const std::string what = "acknowledged command " + command.key() + ": ";
    const auto found = stored.commands.find(command.key());
    expect(found != stored.commands.end(), what + "it is in the store");
    expect_equal(Version{std::stoll(line.at(2))}, found->second.version, what + "version");
    expect_equal(Position{std::stoll(line.at(3))}, found->second.position, what + "position");
    expect_equal(std::stoi(line.at(4)), found->second.events, what + "events");
    const auto kept = store.find_append(command.account(), command.key());
    expect(kept.has_value(), what + "its key is kept");
    expect_equal(kept->version, found->second.version, what + "version kept with the key");
    findings.repeated += line.at(5) == "repeated" ? 1U : 0U;
    keys.insert(command.key());
  }
  findings.acknowledged = keys.size();
  findings.commands = stored.commands.size();
  // The last writer ended in peace, so nothing is in flight any more.
  expect_equal(findings.acknowledged, findings.commands, "commands acknowledged, of those in the store");
}

void check_heard(const Place& place, const Stored& stored, Findings& findings) {
  std::set<std::string> ids;
  std::map<std::string, Version> first;  // per account, the newest version heard for the first time
  for (const auto& line : read_lines(place.heard())) {
    ++findings.heard;
    expect(stored.event_ids.contains(line.at(0)), "what the listener heard is in the store: " + line.at(0));
    if (!ids.insert(line.at(0)).second) {
      ++findings.heard_again;
      continue;
    }
    Version& version = first[line.at(1)];
    expect_equal(Version{std::stoll(line.at(2))}, version.next(), "next version heard of " + line.at(1));
    version = version.next();
  }
  expect_equal(ids.size(), stored.event_ids.size(), "events that the listener heard");
}

void check_totals(const Place& place, const Stored& stored) {
  leftfold::SqliteReadModel read_model{place.events()};
  const auto rows = read_model.query<TotalsRow>("SELECT account, balance, events FROM totals");
  expect_equal(rows.size(), stored.totals.size(), "accounts in the read table");
  for (const TotalsRow& row : rows) {
    const auto folded = stored.totals.find(row.account);
    expect(folded != stored.totals.end(), row.account + " of the read table has events");
    expect_equal(row.events, folded->second.events, "events of " + row.account + " in the read table");
    expect_equal(row.balance, folded->second.balance, "balance of " + row.account + " in the read table");
  }
}

}  // namespace

Findings verify(const Place& place) {
  leftfold::SqliteOptions options;
  options.file = place.events();
  leftfold::SqliteStore store{options};
  Findings findings;
  const Stored stored = read_store(store);
  findings.events = stored.event_ids.size();
  check_commands_are_whole(stored);
  check_acknowledged(place, store, stored, findings);
  check_heard(place, stored, findings);
  check_totals(place, stored);
  return findings;
}

void check_table_is_whole(const Place& place) {
  leftfold::SqliteReadModel read_model{place.events()};
  // One statement is one snapshot, and positions have no gap.
  const auto rows = read_model.query<std::int64_t>(
      "SELECT (SELECT coalesce(sum(events), 0) FROM totals) - checkpoint FROM leftfold_projections "
      "WHERE projector = 'Totals'");
  expect_equal(rows.size(), std::size_t{1}, "checkpoints of the table");
  expect_equal(rows.front(), std::int64_t{0}, "events in the table beyond its checkpoint");
}

}  // namespace crash
