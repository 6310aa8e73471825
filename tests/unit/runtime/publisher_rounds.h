// SPDX-License-Identifier: Apache-2.0
// A worker's rounds over a store of leases and a stream that fail when a test says so, on a clock that stands still.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/error.h>
#include <leftfold/memory_lease_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "runtime/publisher/lease_rounds.h"
#include "support/memory_stream.h"

namespace leftfold::runtime {

using namespace std::chrono_literals;

// Fails calls when a test says so.
class FaultyLeases final : public LeaseStore {
 public:
  explicit FaultyLeases(LeaseStore& store) : store_{store} {}
  std::optional<Errc> list_failure;
  std::optional<Errc> write_failure;
  bool stores_all_the_same = false;
  int failing_writes = 0;
  std::string failing_name;  // of a lease that cannot be written
  int writes = 0;
  int lists = 0;

  std::vector<Lease> list(std::string_view group) override {
    ++lists;
    if (list_failure) throw Error{*list_failure, "no list"};
    return store_.list(group);
  }
  bool write(const Lease& lease) override {
    ++writes;
    if (!failing_name.empty() && lease.name.ends_with(failing_name)) throw Error{Errc::throttled, "not this lease"};
    if (failing_writes > 0 && failing_writes-- > 0) throw Error{Errc::throttled, "not this write"};
    if (write_failure) {
      if (stores_all_the_same) (void)store_.write(lease);
      throw Error{*write_failure, "no write"};
    }
    return store_.write(lease);
  }
  bool remove(const Lease& lease) override { return store_.remove(lease); }

 private:
  LeaseStore& store_;
};

// Has the answer at once, or when a test says so.
class SearchAtHand final : public ShardSearch {
 public:
  explicit SearchAtHand(ChangeStream& changes) : changes_{changes} {}
  bool slow = false;
  std::size_t answers_left = SIZE_MAX;  // until then none

  void ask(std::optional<ShardName> parent) override { questions_.push_back(std::move(parent)); }
  std::vector<ShardAnswer> take_answers() override {
    std::vector<ShardAnswer> answers;
    if (slow) return answers;
    while (!questions_.empty() && answers_left > 0) {
      answers.push_back(ask_now(changes_, questions_.front()));
      questions_.erase(questions_.begin());
      if (answers_left != SIZE_MAX) --answers_left;
    }
    return answers;
  }
  [[nodiscard]] std::size_t open() const { return questions_.size(); }

 private:
  ChangeStream& changes_;
  std::vector<std::optional<ShardName>> questions_;
};

class PublisherRounds : public ::testing::Test {
 protected:
  struct Worker {
    Worker(PublisherRounds& test, const std::string& name)
        : faulty{test.leases}, search{test.stream}, rounds{faulty, search, test.options(name)} {}
    FaultyLeases faulty;
    SearchAtHand search;
    LeaseRounds rounds;
    std::set<std::string> shards;  // held
    std::vector<Hold> holds;       // begun, all there were
    int lost = 0;

    // A tick, and what came of it.
    void tick() {
      rounds.tick();
      for (const HoldChange& change : rounds.take_changes()) {
        const std::string name = change.hold.shard ? change.hold.shard->shard : change.hold.lease;
        if (change.lost) {
          ++lost;
          shards.erase(name);
        } else {
          holds.push_back(change.hold);
          shards.insert(name);
        }
      }
    }
  };
  LeaseRoundsOptions options(const std::string& worker) {
    LeaseRoundsOptions options;
    options.group = "p";
    options.worker = worker;
    options.repairs = repairs;
    options.clock = &clock;
    return options;
  }
  void pass(std::chrono::milliseconds time) { clock.advance(time); }
  // Ticks each time there is something to do, for this long.
  void run(Worker& worker, std::chrono::milliseconds time) {
    const Instant end = clock.instant() + time;
    worker.tick();
    for (int i = 0; i < 10'000; ++i) {
      const Instant next = std::max(worker.rounds.next(), clock.instant());
      if (next >= end) break;
      clock.advance(next - clock.instant());
      worker.tick();
    }
    if (clock.instant() < end) clock.advance(end - clock.instant());
  }
  void finish(Worker& worker, const std::string& shard, const std::string& note = "") {
    for (const Hold& hold : worker.holds) {
      const std::string name = hold.shard ? hold.shard->shard : hold.lease;
      if (name == shard) worker.rounds.progress({hold.lease, hold.number, hold.checkpoint, true, note});
    }
    worker.shards.erase(shard);
  }
  [[nodiscard]] Lease lease(const std::string& shard) {
    for (Lease& one : leases.list("p")) {
      const auto name = shard_of(one.name);
      if (name ? name->shard == shard : one.name == shard) return one;
    }
    return {};
  }

  using Shards = std::set<std::string>;
  testing::VirtualClock clock;
  MemoryLeaseStore leases;
  test_support::MemoryStream stream;
  bool repairs = true;
};

}  // namespace leftfold::runtime
