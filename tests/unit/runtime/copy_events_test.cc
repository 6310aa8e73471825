// SPDX-License-Identifier: Apache-2.0
// Everything of one store into another, begun again wherever it ended.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stop_token>

#include "migration_support.h"
#include "runtime/migration/event_hash.h"
#include "support/code_of.h"

namespace leftfold::runtime_test {
namespace {

using runtime::CommitImporter;
using runtime::StoreWalk;
using test_support::code_of;

void expect_same(EventStore& a, EventStore& b, bool in_order = true) {
  std::vector<EventCopy> of_a = all_of(a), of_b = all_of(b);
  ASSERT_EQ(of_a.size(), of_b.size());
  if (!in_order) {
    for (auto* all : {&of_a, &of_b}) {
      std::ranges::stable_sort(*all, {}, [](const EventCopy& event) { return event.aggregate_id; });
    }
  }
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    EXPECT_EQ(runtime::difference_of(of_a[i].view(), of_b[i].view()), "") << of_a[i].aggregate_id;
  }
}

// Fails at its n-th call, after the first commits of it were stored: as a process that is killed.
class DyingImport final : public EventImport {
 public:
  DyingImport(EventImport& store, std::size_t commits) : store_{store}, left_{commits} {}
  std::vector<AppendResult> import_commits(std::vector<RecordedCommit> commits) override {
    std::vector<AppendResult> results;
    for (RecordedCommit& commit : commits) {
      if (left_-- == 0) throw Error{Errc::unavailable, "it died"};
      for (AppendResult& each : store_.import_commits({std::move(commit)})) results.push_back(each);
    }
    return results;
  }

 private:
  EventImport& store_;
  std::size_t left_;
};

TEST(CopyEvents, KeepsEverythingAndTheStoresOrder) {
  MemoryStore source, target;
  fill_with_commits(source, 900, 40);
  const runtime::ImportCounts counts = copy_all({&source}, target);
  EXPECT_EQ(counts.commits, 900U);
  EXPECT_EQ(counts.events, all_of(source).size());
  EXPECT_EQ(counts.events_before, 0U);
  expect_same(source, target);
}

TEST(CopyEvents, CopiesAStoreWithoutAnOrderAggregateByAggregate) {
  MemoryStore source, target;
  fill_with_commits(source, 300, 20);
  ScanByAggregate scan{source};
  EXPECT_EQ(copy_all({&source, &scan}, target).commits, 300U);
  expect_same(source, target, false);
}

TEST(CopyEvents, GoesOnWhereverItDied) {
  MemoryStore source;
  fill_with_commits(source, 60, 5);
  ScanByAggregate scan{source};
  for (const bool scans : {false, true}) {
    const runtime::ReadStore from{&source, scans ? &scan : nullptr};
    for (std::size_t commits = 0; commits < 60; commits += 7) {
      MemoryStore target;
      DyingImport dying{target, commits};
      CommitImporter first{{&target, &dying}};
      StoreWalk walk{from, {}};
      EXPECT_EQ(code_of([&] { (void)copy_events(walk, first); }), Errc::unavailable);
      const std::size_t before = all_of(target).size();
      const runtime::ImportCounts counts = copy_all(from, target);
      EXPECT_EQ(counts.events_before, before);
      EXPECT_EQ(counts.commits, 60U - commits);
      expect_same(source, target, !scans);
    }
  }
}

TEST(CopyEvents, ASecondCopyStoresNothing) {
  MemoryStore source, target;
  fill_with_commits(source, 100, 7);
  (void)copy_all({&source}, target);
  const runtime::ImportCounts counts = copy_all({&source}, target);
  EXPECT_EQ(counts.events, 0U);
  EXPECT_EQ(counts.events_before, all_of(source).size());
  expect_same(source, target);
}

TEST(CopyEvents, EndsWhereTheStoreEndedAsItBegan) {
  MemoryStore source, target;
  fill_with_commits(source, 10, 2);
  const std::size_t before = all_of(source).size();
  StoreWalk walk{{&source}, {}};
  std::uint32_t number = 1000;
  (void)source.import_commits({a_commit("late", 0, 1, number)});
  CommitImporter importer{{&target, &target}};
  EXPECT_TRUE(copy_events(walk, importer));
  EXPECT_EQ(all_of(target).size(), before);
}

TEST(CopyEvents, StoresWholeCommitsWhenItIsStopped) {
  MemoryStore source, target;
  fill_with_commits(source, 3000, 40);  // several pages
  std::stop_source stop;
  StoreWalk walk{{&source}, stop.get_token()};
  CommitImporter importer{{&target, &target}};
  std::size_t seen = 0;
  EXPECT_FALSE(copy_events(walk, importer, [&] {
    if (++seen == 1500) stop.request_stop();
  }));
  EXPECT_GT(all_of(target).size(), 0U);
  EXPECT_LE(all_of(target).size(), 1500U);  // at once, and not after the page: a target may be slow
  EXPECT_EQ(all_of(target).back().commit_pos + 1, all_of(target).back().commit_size);
  (void)copy_all({&source}, target);
  expect_same(source, target);
}

TEST(CopyEvents, ADryRunCountsAndStoresNothing) {
  MemoryStore source, target;
  fill_with_commits(source, 30, 3);
  for (EventStore* there : {static_cast<EventStore*>(&target), static_cast<EventStore*>(nullptr)}) {
    StoreWalk walk{{&source}, {}};
    CommitImporter importer{{there, nullptr}};
    EXPECT_TRUE(copy_events(walk, importer));
    EXPECT_EQ(importer.counts().commits, 30U);
  }
  EXPECT_EQ(all_of(target).size(), 0U);
}

TEST(CopyEvents, ADryRunNoticesVersionsThatAreMissing) {
  std::uint32_t number = 0;
  MemoryStore target;
  (void)target.import_commits({a_commit("a", 0, 2, number)});
  for (EventStore* there : {static_cast<EventStore*>(&target), static_cast<EventStore*>(nullptr)}) {
    CommitImporter importer{{there, nullptr}};
    if (there == nullptr) importer.add(a_commit("a", 0, 2, number));
    importer.add(a_commit("a", 2, 1, number));
    importer.add(a_commit("a", 3, 1, number));
    EXPECT_EQ(code_of([&] { importer.add(a_commit("a", 5, 1, number)); }), Errc::version_conflict);
    EXPECT_EQ(code_of([&] { importer.add(a_commit("b", 1, 1, number)); }), Errc::version_conflict);
  }
}

// More aggregates than whose ends are kept.
TEST(CopyEvents, ADryRunOfManyAggregatesFindsNothingMissing) {
  std::uint32_t number = 0;
  CommitImporter importer{{nullptr, nullptr}};
  for (std::int64_t version = 0; version < 2; ++version) {
    for (int i = 0; i < 50'001; ++i) importer.add(a_commit("a" + std::to_string(i), version, 1, number));
  }
  EXPECT_EQ(importer.counts().events, 100'002U);
}

// Each changes one thing of an event that the target has already.
TEST(CopyEvents, StopsAtAnEventThatDiffersAndOverwritesNothing) {
  const std::vector<std::pair<std::string, std::function<void(RecordedCommit&)>>> changes{
      {"type", [](RecordedCommit& c) { c.events[1].type = "Other"; }},
      {"event id", [](RecordedCommit& c) { c.events[1].id = id_of(99'999); }},
      {"schema version", [](RecordedCommit& c) { c.events[1].schema_version = 9; }},
      {"payload", [](RecordedCommit& c) { c.events[1].payload = R"({"n":-1})"; }},
      {"metadata", [](RecordedCommit& c) { c.events[1].metadata = R"({"x":"y"})"; }},
      {"time", [](RecordedCommit& c) { c.committed_at += std::chrono::milliseconds{1}; }},
      {"commit", [](RecordedCommit& c) { c.events.pop_back(); }}};
  for (const auto& [what, change] : changes) {
    MemoryStore source, target;
    std::uint32_t number = 0;
    const RecordedCommit commit = a_commit("a", 0, 3, number);
    RecordedCommit changed = commit;
    change(changed);
    (void)source.import_commits({commit});
    (void)target.import_commits({changed});
    const std::vector<EventCopy> before = all_of(target);
    std::string message;
    EXPECT_EQ(code_of([&] { (void)copy_all({&source}, target); }, &message), Errc::version_conflict) << what;
    EXPECT_NE(message.find("its " + what + " differs"), std::string::npos) << message;
    EXPECT_NE(message.find("aggregate \"a\", version "), std::string::npos) << message;
    EXPECT_EQ(all_of(target).size(), before.size());
  }
}

TEST(CopyEvents, TakesEqualDocumentsForEqual) {
  MemoryStore source, target;
  std::uint32_t number = 0;
  RecordedCommit commit = a_commit("a", 0, 1, number);
  commit.events[0].payload = R"({"a":1.50,"b":[1e2,null],"c":"é"})";
  (void)source.import_commits({commit});
  commit.events[0].payload = R"({ "c":"\u00e9", "b":[100,null], "a":1.5 })";
  (void)target.import_commits({commit});
  EXPECT_EQ(copy_all({&source}, target).events_before, 1U);
}

TEST(CopyEvents, SaysThatSomebodyElseWritesTheTarget) {
  // The target seems to lack what it has: as if it came between the look and the import.
  MemoryStore source, target, empty;
  fill_with_commits(source, 5, 1);
  (void)copy_all({&source}, target);
  StoreWalk walk{{&source}, {}};
  CommitImporter importer{{&empty, &target}};
  std::string message;
  EXPECT_EQ(code_of([&] { (void)copy_events(walk, importer); }, &message), Errc::version_conflict);
  EXPECT_NE(message.find("somebody else writes it meanwhile"), std::string::npos) << message;
}

// An aggregate without its first event would be passed over: nobody else would notice.
TEST(CopyEvents, LooksForTheFirstEventOfARunThatBeginsLater) {
  class Later final : public EventScan {
   public:
    ScanPage scan(const ScanPlace&) override {
      ScanPage page;
      RecordedEvent event;
      event.aggregate_id = "a";
      event.version = Version{3};
      page.events.add(event);
      return page;
    }
  };
  class Damaged final : public EventStore {
   public:
    AppendResult append(const AppendRequest&) override { return Conflict{}; }
    EventPage read_stream(std::string_view, Version, std::size_t) override { throw Error{Errc::corrupt, "lacks 0"}; }
    EventPage read_all(Position, std::size_t) override { return {}; }
    Position head() override { return {}; }
    std::optional<Appended> find_append(std::string_view, std::string_view) override { return {}; }
  };
  Damaged store;
  Later scan;
  MemoryStore target;
  EXPECT_EQ(code_of([&] { (void)copy_all({&store, &scan}, target); }), Errc::corrupt);
}

}  // namespace
}  // namespace leftfold::runtime_test
