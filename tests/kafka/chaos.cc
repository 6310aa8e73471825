// SPDX-License-Identifier: Apache-2.0
#include "kafka/chaos.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include <leftfold/error.h>
#include <leftfold/sqlite.h>
#include <leftfold/testing/expect.h>

#include "support/kafka_records.h"

namespace leftfold::test_kafka {
namespace {

std::uint64_t new_seed() {
  const auto seed = static_cast<std::uint64_t>(number_from("LEFTFOLD_CHAOS_SEED", std::random_device{}()));
  std::cout << "LEFTFOLD_CHAOS_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace

std::int64_t number_from(const char* variable, std::int64_t otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): no thread sets any
  return text == nullptr ? otherwise : std::stoll(text);
}

Chaos::Chaos(int partitions)
    : random_{new_seed()},
      topic_{partitions},
      sink_{topic_.options()},
      reader_{folder_.path() / WorkerOptions{}.history()} {
  options.brokers = topic_.options().brokers;
  options.topic = topic_.options().topic;
  options.group = topic_.options().topic;
  options.folder = folder_.path();
  group_ = std::make_unique<GroupOffsets>(topic_.options(), options.subscription());
  watch_ = std::make_unique<CommitWatch>(topic_.options(), options.subscription(), options.history());
}

Chaos::~Chaos() {
  const bool wanted = number_from("LEFTFOLD_CHAOS_KEEP", 0) != 0;
  if (!wanted && !::testing::Test::HasFailure() && std::uncaught_exceptions() == 0) return;
  folder_.keep();
  std::cerr << "the history, the log and the tables are in " << folder_.path() << '\n';
}

void Chaos::send_to_each(const std::string& prefix, int accounts, std::int64_t work_ms) {
  for (int i = 0; i < accounts; ++i) send(prefix + std::to_string(i), work_ms);
}

std::size_t Chaos::count(HistoryLine::Kind kind, const std::string& account) {
  std::size_t lines = 0;
  for (const HistoryLine& line : history()) lines += line.kind == kind && line.aggregate == account ? 1U : 0U;
  return lines;
}

bool Chaos::wait_until(const std::function<bool()>& holds, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return true;
}

bool Chaos::all_heard() {
  if (sent_seen_ != sink_.sent().size()) {
    unheard_ = sink_.sent();
    lines_seen_ = 0;
    sent_seen_ = sink_.sent().size();
  }
  for (const auto& lines = history(); lines_seen_ < lines.size(); ++lines_seen_) {
    const HistoryLine& line = lines[lines_seen_];
    if (line.kind == HistoryLine::Kind::ended) unheard_.erase({line.aggregate, line.version});
  }
  if (unheard_.empty()) return true;
  if (!poisoned_) return false;
  const std::set<VersionOf> there = parked();
  return std::all_of(unheard_.begin(), unheard_.end(), [&](const VersionOf& v) { return there.contains(v); });
}

bool Chaos::all_done() {
  if (!all_heard()) return false;
  SqliteReadModel tables{options.tables().string()};
  if (tables.query<std::int64_t>("SELECT count(*) FROM sqlite_master WHERE name = 'ledger'").front() == 0) return false;
  const auto steps = tables.query<std::int64_t>("SELECT coalesce(sum(steps), 0) FROM ledger").front();
  return static_cast<std::size_t>(steps) >= sink_.sent().size();
}

std::set<VersionOf> Chaos::parked() {
  std::set<VersionOf> found;
  if (!std::filesystem::exists(options.letters())) return found;
  SqliteOptions file;
  file.file = options.letters();
  SqliteStore store{file};
  for (const std::string& sequence : store.dead_letters().sequences(options.subscription())) {
    for (const DeadLetter& letter : store.dead_letters().letters(options.subscription(), sequence, {}, 100'000)) {
      found.insert({sequence, letter.event.version.value()});
    }
  }
  ever_parked_.insert(found.begin(), found.end());
  return found;
}

bool Chaos::log_says(std::string_view words) const {
  std::ifstream log{options.log()};
  for (std::string line; std::getline(log, line);) {
    if (line.find(words) != std::string::npos) return true;
  }
  return false;
}

void Chaos::drain() {
  EXPECT_TRUE(wait_until([this] { return all_done(); }));
  drain_offsets();
}

void Chaos::drain_offsets() {
  EXPECT_TRUE(wait_until([this] {
    const auto committed = group_->committed();
    const auto heads = group_->heads();
    for (std::size_t partition = 0; partition < heads.size(); ++partition) {
      if (committed[partition].value_or(0) != heads[partition]) return false;
    }
    return true;
  })) << "the watermark stopped before the end";
}

Findings Chaos::verify() {
  const std::vector<Committed> seen = watch_->seen();
  const TopicFacts topic{test_support::events_in(topic_.options())};
  testing::expect_equal(topic.places().size(), sink_.sent().size(), "steps in the topic");
  const std::set<VersionOf> there = parked();
  const Findings found = check_history(topic, history(), static_cast<std::size_t>(options.workers), there);
  check_committed(topic, history(), seen, ever_parked_);
  SqliteReadModel tables{options.tables().string()};
  check_ledger(topic, Ledger::rows(tables));
  std::cout << found.events << " events, " << found.calls << " calls (" << found.repeats << " repeats) in "
            << found.processes << " processes, at most " << found.most << " at once; " << there.size() << " parked; "
            << seen.size() << " different checkpoints seen" << std::endl;
  return found;
}

}  // namespace leftfold::test_kafka
