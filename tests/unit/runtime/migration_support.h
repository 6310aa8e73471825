// SPDX-License-Identifier: Apache-2.0
// Stores with a history, for the tests of copying.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/event_scan.h>
#include <leftfold/memory.h>

#include "runtime/migration/commit_importer.h"
#include "runtime/migration/copy_events.h"
#include "runtime/migration/store_comparison.h"

namespace leftfold::runtime_test {

inline Uuid id_of(std::uint32_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  bytes[15] = 1;
  return Uuid{bytes};
}

inline RecordedCommit a_commit(std::string aggregate_id, std::int64_t first, std::size_t events,
                               std::uint32_t& number) {
  RecordedCommit commit{
      std::move(aggregate_id), Version{first}, Timestamp{std::chrono::milliseconds{1'700'000'000'000 + number}}, {}};
  for (std::size_t i = 0; i < events; ++i) {
    ++number;
    commit.events.push_back({id_of(number), "Counted", "{\"n\":" + std::to_string(number) + "}",
                             number % 3 == 0 ? R"({"correlation_id":"ü"})" : "", number % 5 == 0 ? 2 : 1});
  }
  return commit;
}

// Commits of one to four events of `aggregates` aggregates by turns and by chance.
inline void fill_with_commits(EventImport& store, int commits, int aggregates, unsigned seed = 1) {
  std::mt19937 random{seed};
  std::map<std::string, std::int64_t> next;
  std::uint32_t number = 0;
  for (int i = 0; i < commits; ++i) {
    const std::string id = "konto-" + std::to_string(random() % static_cast<unsigned>(aggregates)) + "/ü";
    RecordedCommit commit = a_commit(id, next[id], 1 + random() % 4, number);
    next[id] += static_cast<std::int64_t>(commit.events.size());
    (void)store.import_commits({std::move(commit)});
  }
}

inline std::vector<EventCopy> all_of(EventStore& store) {
  std::vector<EventCopy> all;
  for (Position after;;) {
    const EventPage page = store.read_all(after, 100);
    for (const RecordedEvent& event : page) all.emplace_back(event);
    if (page.at_end()) return all;
    after = page.back().position;
  }
}

// What a store without an order gives: runs of aggregates in another order, pages of three, ids in reverse.
class ScanByAggregate final : public EventScan {
 public:
  explicit ScanByAggregate(EventStore& store) : store_{store} {}
  ScanPage scan(const ScanPlace& where) override {
    if (where.after.empty()) begin();
    ScanPage page;
    const std::size_t first = where.after.empty() ? 0 : std::stoul(where.after);
    for (std::size_t i = first; i < std::min(first + 3, all_.size()); ++i) page.events.add(all_[i].view());
    if (first + 3 < all_.size()) page.next = std::to_string(first + 3);
    return page;
  }
  std::uint64_t rough_size() override { return 100; }

 private:
  void begin() {
    std::map<std::string, std::vector<EventCopy>, std::greater<>> by_id;
    for (EventCopy& event : all_of(store_)) by_id[event.aggregate_id].push_back(std::move(event));
    all_.clear();
    for (auto& [id, events] : by_id) all_.insert(all_.end(), events.begin(), events.end());
  }

  EventStore& store_;
  std::vector<EventCopy> all_;
};

inline runtime::ImportCounts copy_all(runtime::ReadStore source, MemoryStore& target) {
  runtime::StoreWalk walk{source, {}};
  runtime::CommitImporter importer{{&target, &target}};
  EXPECT_TRUE(runtime::copy_events(walk, importer));
  return importer.counts();
}

}  // namespace leftfold::runtime_test
