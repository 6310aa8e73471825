// SPDX-License-Identifier: Apache-2.0
#include "chaos/drain.h"

#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <leftfold/read_table.h>
#include <leftfold/testing/expect.h>

#include "base/sleep.h"
#include "chaos/verdict.h"
#include "kafka/invariants.h"

namespace leftfold::test_chaos {
namespace {

using test_kafka::Account;
using test_kafka::HistoryLine;
using testing::expect;
using testing::expect_equal;

constexpr std::chrono::milliseconds kLookEvery{1'000};
constexpr std::size_t kWorkers = 10;  // KAFKA_CONSUMER_MAX_PARALLEL_HANDLES of each process

std::vector<Account> ledger(World& world) {
  const ReadTable<Account> table{world.store().read_tables(), "ledger"};
  std::vector<Account> rows;
  std::string after;
  for (;;) {
    const auto page = table.rows(after, 1'000);
    for (const auto& each : page) rows.push_back(each.row);
    if (page.size() < 1'000) return rows;
    after = page.back().key;
  }
}

std::size_t counted(World& world) {
  std::size_t steps = 0;
  for (const Account& account : ledger(world)) steps += static_cast<std::size_t>(account.steps);
  return steps;
}

std::size_t heard(World& world) {
  std::set<test_kafka::VersionOf> versions;
  for (const HistoryLine& line : world.history()) {
    if (line.kind == HistoryLine::Kind::ended) versions.insert({line.aggregate, line.version});
  }
  return versions.size();
}

/// Empty while the broker, which may just have started, cannot be asked.
std::optional<test_publisher::Compared> compared_now(World& world) {
  try {
    return world.table().compare();
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

/// What is not done yet; empty when nothing is missing.
std::string missing(World& world) {
  const std::optional<test_publisher::Compared> now = compared_now(world);
  if (!now) return "the topic cannot be read";
  const test_publisher::Compared& compared = *now;
  expect(compared.wrong.empty(), "the topic holds what the table holds, in order: " + compared.wrong);
  const std::string of = " of " + std::to_string(compared.stored) + " events ";
  if (compared.published < compared.stored) return std::to_string(compared.published) + of + "are published";
  if (const std::size_t letters = world.look_at_letters(); letters > 0)
    return std::to_string(letters) + " letters wait";
  if (const std::size_t done = heard(world); done < compared.stored) return std::to_string(done) + of + "are handled";
  if (const std::size_t rows = counted(world); rows < compared.stored) return std::to_string(rows) + of + "are counted";
  return {};
}

}  // namespace

void drain(World& world, const Timeline& timeline, std::chrono::seconds limit) {
  const Instant deadline = system_clock().instant() + limit;
  std::string last;
  for (;;) {
    const std::string what = missing(world);
    if (what.empty()) break;
    if (what != last) timeline.say("drain: " + what);
    last = what;
    if (system_clock().instant() >= deadline) throw std::runtime_error{"nothing came to rest: " + what};
    for (const auto& service : world.services()) service->look();
    (void)world.request_retries();
    base::sleep_for(system_clock(), kLookEvery);
  }
  timeline.say("drained: everything is published, handled and counted, nothing is parked");
}

std::string judge(World& world, const std::map<std::string, int>& troubles) {
  const WorldOptions& options = world.options();
  std::vector<Commands> writers;
  for (int i = 1; i <= options.writers; ++i) {
    writers.push_back(read_commands(world.folder() / ("commands-" + world.writer(i)), world.writer(i)));
  }
  const Stored stored = world.table().stored();
  const StoredCounts counts = check_stored(stored, writers, options.seed, options.tills);
  expect(counts.acknowledged > 0, "commands were acknowledged");

  const test_publisher::Compared compared = world.table().compare();
  expect(compared.wrong.empty(), "the topic holds what the table holds, in order: " + compared.wrong);
  expect_equal(compared.published, compared.stored, "events published");
  const test_kafka::TopicFacts topic{world.table().events()};

  // Nothing is excused for having been parked: all was re-driven, in order.
  const test_kafka::Findings found = test_kafka::check_history(topic, world.history(), kWorkers);
  test_kafka::check_ledger(topic, ledger(world));
  const DeadLetterCounts letters = world.store().dead_letters().count({});
  expect_equal(letters.letters, std::size_t{0}, "letters of any subscription at the end");

  std::ostringstream text;
  text << "commands acknowledged   " << counts.acknowledged << ", each stored once and whole, " << counts.repeated
       << " of them sent twice; " << counts.unheard << " more are stored whose writer never heard of it\n"
       << "events stored           " << counts.events << ", versions without a gap\n"
       << "events published        " << compared.published << ", as stored and in order; " << compared.records
       << " records with repeats\n"
       << "events handled          " << found.events << " by the listener, each till in order; " << found.calls
       << " calls, " << found.repeats << " of them repeats; at most " << found.most << " at once in one of "
       << found.processes << " processes\n"
       << "read table              " << topic.accounts().size() << " rows, equal to a fold of the topic\n"
       << "read table built anew   " << world.swaps() << " times beside the one in use, and swapped in\n"
       << "letters                 " << world.ever_parked().size() << " were seen parked; all handled since\n"
       << "processes               " << world.gave_up()
       << " times one gave up for a server that was away or for another one\n"
       << "requests to DynamoDB    " << world.faults() << " met a fault\n"
       << "troubles               ";
  for (const auto& [name, count] : troubles) text << ' ' << count << " x " << name << ';';
  text << '\n';
  return text.str();
}

}  // namespace leftfold::test_chaos
