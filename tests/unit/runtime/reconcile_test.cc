// SPDX-License-Identifier: Apache-2.0
// Reconcile and seed_cursors: what they publish, what they leave alone, and how a run goes on.
#include <gtest/gtest.h>

#include <leftfold/error.h>

#include <random>

#include "published_world.h"
#include "support/code_of.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

std::map<std::string, std::vector<std::int64_t>> first_occurrences(
    const std::map<std::string, std::vector<std::int64_t>>& all) {
  std::map<std::string, std::vector<std::int64_t>> firsts;
  for (const auto& [id, versions] : all) {
    for (const std::int64_t version : versions) {
      auto& seen = firsts[id];
      if (std::find(seen.begin(), seen.end(), version) == seen.end()) seen.push_back(version);
    }
  }
  return firsts;
}

TEST(Reconcile, PublishesWhatLiesBeyondTheCursorsAndNothingElse) {
  PublishedWorld world;
  world.add("a", 25);
  world.add("b", 3);
  world.add("c", 4);
  world.cursors.advance(std::vector<PublishCursor>{{"a", Version{19}}, {"b", Version{2}}});
  const ReconcileProgress done = world.reconcile(world.options());
  EXPECT_EQ(world.published(),
            (std::map<std::string, std::vector<std::int64_t>>{{"a", numbers(20, 5)}, {"c", numbers(0, 4)}}));
  EXPECT_EQ(done.looked_at, 32U);
  EXPECT_EQ(done.missing, 9U);
  EXPECT_EQ(done.published, 9U);
  EXPECT_EQ(done.segments_done, 2);
  EXPECT_EQ(done.part, 1.0);
  EXPECT_EQ(world.cursor("a"), Version{24});
  EXPECT_EQ(world.cursor("c"), Version{3});
  EXPECT_EQ(world.reconcile(world.options()).missing, 0U) << "the next run finds nothing";
}

TEST(Reconcile, AsksTheStoreForWhatTheScanCouldNotRead) {
  PublishedWorld world;
  world.add("a", 25);
  world.scan.unreadable = {"a", Version{12}};
  EXPECT_EQ(world.reconcile(world.options()).published, 25U);
  EXPECT_EQ(world.published().at("a"), numbers(0, 25));
  for (const EventCopy& event : world.topic.events()) EXPECT_NE(event.type, "") << event.version.value();
}

TEST(Reconcile, CountsInADryRunAndChangesNothing) {
  PublishedWorld world;
  world.add("a", 25);
  world.cursors.advance(std::vector<PublishCursor>{{"a", Version{9}}});
  ReconcileOptions options = world.options();
  options.dry_run = true;
  EXPECT_EQ(world.reconcile(options).missing, 15U);
  EXPECT_EQ(world.topic.size(), 0U);
  EXPECT_EQ(world.sinks, 0);
  EXPECT_EQ(world.cursor("a"), Version{9});
  EXPECT_TRUE(world.leases.list("publisher.reconcile").empty());
}

TEST(Reconcile, GoesOnWhereItWasStopped) {
  PublishedWorld world;
  world.add("a", 100);
  ReconcileOptions options = world.options(1);
  options.lease_expires_after = 0ms;  // so that each page's place is kept
  std::stop_source stop;
  world.scan.on_scan = [&](int scan) {
    if (scan == 6) stop.request_stop();
  };
  const ReconcileProgress first = world.reconcile(options, stop.get_token());
  EXPECT_EQ(first.segments_done, 0);
  world.scan.on_scan = nullptr;
  options.worker = "b";
  const ReconcileProgress second = world.reconcile(options);
  EXPECT_EQ(second.segments_done, 1);
  EXPECT_LT(second.looked_at, 100U) << "it began anew";
  EXPECT_GE(first.looked_at + second.looked_at, 100U);
  EXPECT_EQ(first_occurrences(world.published()).at("a"), numbers(0, 100));
}

TEST(Reconcile, BeginsAfreshWhenToldTo) {
  PublishedWorld world;
  world.add("a", 100);
  std::stop_source stop;
  world.scan.on_scan = [&](int scan) {
    if (scan == 6) stop.request_stop();
  };
  ReconcileOptions options = world.options(1);
  options.lease_expires_after = 0ms;
  (void)world.reconcile(options, stop.get_token());
  world.scan.on_scan = nullptr;
  options.afresh = true;
  EXPECT_EQ(world.reconcile(options).looked_at, 100U);
}

TEST(Reconcile, KeepsTheNumberOfSegmentsOfTheRunThatItJoins) {
  PublishedWorld world;
  world.add("a", 5);
  std::stop_source stop;
  stop.request_stop();
  (void)world.reconcile(world.options(3), stop.get_token());
  EXPECT_EQ(world.reconcile(world.options(5)).segments, 3);
  EXPECT_EQ(world.reconcile(world.options(5)).segments, 5) << "the one before was finished";
  EXPECT_EQ(world.leases.list("publisher.reconcile").size(), 5U);
}

TEST(Reconcile, GoesOnWithTheSegmentsOfARunThatAnotherProcessBeganAfresh) {
  PublishedWorld world;
  for (int i = 0; i < 40; ++i) world.add("cart-" + std::to_string(i), 2);
  ReconcileOptions options = world.options(4);
  options.lease_expires_after = 0ms;
  world.scan.on_scan = [&](int scan) {
    if (scan != 2) return;
    ReconcileOptions afresh = world.options(2);
    afresh.afresh = true;
    std::stop_source stop;
    stop.request_stop();
    (void)world.reconcile(afresh, stop.get_token());
  };
  const ReconcileProgress done = world.reconcile(options);
  EXPECT_EQ(done.segments, 2);
  EXPECT_EQ(done.segments_done, 2);
  EXPECT_EQ(world.published().size(), 40U);
}

TEST(Reconcile, KeepsItsPartWhileItWaitsForItsRate) {
  PublishedWorld world;
  world.add("a", 30);
  ReconcileOptions options = world.options(1);
  options.events_a_second = 0.2;  // 50 s a page
  std::vector<std::int64_t> counters;
  world.scan.on_scan = [&](int) { counters.push_back(world.leases.list("publisher.reconcile").front().counter); };
  (void)world.reconcile(options);
  ASSERT_EQ(counters.size(), 3U);
  EXPECT_GE(counters[2] - counters[1], 10) << "others take what is not renewed for 10 s";
}

TEST(Reconcile, TakesOverFromAProcessThatDiedAndNotFromOneThatLives) {
  PublishedWorld world;
  world.add("a", 30);
  Lease dead;
  dead.group = "publisher.reconcile";
  dead.name = "segment-0-of-1";
  dead.owner = "dead";
  ASSERT_TRUE(world.leases.write(dead));
  const ReconcileProgress done = world.reconcile(world.options(1));
  EXPECT_EQ(done.published, 30U);
  EXPECT_GE(world.clock.passed(), 10s) << "it was not left the time in which it could have renewed";
}

TEST(Reconcile, EndsItsPartWhenAnotherProcessTookIt) {
  PublishedWorld world;
  world.add("a", 100);
  ReconcileOptions options = world.options(1);
  options.lease_expires_after = 0ms;
  world.scan.on_scan = [&](int scan) {
    if (scan != 4) return;
    Lease taken = world.leases.list("publisher.reconcile").front();
    taken.owner = "other";
    taken.done = true;  // and finished it
    ASSERT_TRUE(world.leases.write(taken));
  };
  const ReconcileProgress done = world.reconcile(options);
  EXPECT_EQ(done.segments_done, 1);
  EXPECT_LT(done.looked_at, 100U);
}

TEST(Reconcile, ScansASegmentWhoseLeaseIsDeletedMeanwhile) {
  for (const bool all : {false, true}) {
    SCOPED_TRACE(all ? "all of them" : "one that waits for its turn");
    PublishedWorld world;
    for (int i = 0; i < 40; ++i) world.add("cart-" + std::to_string(i), 2);
    world.scan.on_scan = [&](int scan) {
      if (scan != 2) return;
      for (const Lease& lease : world.leases.list("publisher.reconcile")) {
        if (!all && !lease.owner.empty()) continue;
        ASSERT_TRUE(world.leases.remove(lease));
      }
    };
    const ReconcileProgress done = world.reconcile(world.options(3));
    EXPECT_EQ(done.segments_done, 3);
    EXPECT_EQ(done.segments, 3);
    EXPECT_EQ(world.published().size(), 40U);
    const std::vector<Lease> leases = world.leases.list("publisher.reconcile");
    EXPECT_EQ(std::count_if(leases.begin(), leases.end(), [](const Lease& lease) { return lease.done; }), 3);
  }
}

// Stores every write, and loses the answer to each so many-th.
class ForgetfulLeases final : public LeaseStore {
 public:
  ForgetfulLeases(LeaseStore& store, int each) : store_{store}, each_{each} {}
  std::vector<Lease> list(std::string_view group) override { return store_.list(group); }
  bool write(const Lease& lease) override {
    const bool stored = store_.write(lease);
    if (++writes_ % each_ == 0) throw Error{Errc::in_doubt, "no answer"};
    return stored;
  }
  bool remove(const Lease& lease) override { return store_.remove(lease); }

 private:
  LeaseStore& store_;
  const int each_;
  int writes_ = 0;
};

TEST(Reconcile, KnowsItsOwnWritesAgainWhoseAnswersWereLost) {
  for (const int each : {2, 3, 4, 5}) {
    SCOPED_TRACE(each);
    PublishedWorld world;
    for (int i = 0; i < 10; ++i) world.add("cart-" + std::to_string(i), 5);
    ForgetfulLeases forgetful{world.leases, each};
    PublishedStore ports = world.ports();
    ports.leases = &forgetful;
    const ReconcileProgress done = reconcile(ports, world.open_sink(), world.options(4), {});
    EXPECT_EQ(done.segments_done, 4);
    EXPECT_EQ(done.looked_at, 50U) << "nothing was looked at twice";
    EXPECT_LT(world.clock.passed(), 10s) << "its own lease is not waited for as another's";
  }
}

// Every third call is too much for it.
class ThrottledLeases final : public LeaseStore {
 public:
  explicit ThrottledLeases(LeaseStore& store) : store_{store} {}
  std::vector<Lease> list(std::string_view group) override { return limit(), store_.list(group); }
  bool write(const Lease& lease) override { return limit(), store_.write(lease); }
  bool remove(const Lease& lease) override { return limit(), store_.remove(lease); }

 private:
  void limit() {
    if (++calls_ % 3 == 2) throw Error{Errc::throttled, "too much"};
  }
  LeaseStore& store_;
  int calls_ = 0;
};

TEST(Reconcile, TriesAgainWhenTheLeasesAreThrottled) {
  PublishedWorld world;
  for (int i = 0; i < 10; ++i) world.add("cart-" + std::to_string(i), 5);
  ThrottledLeases throttled{world.leases};
  PublishedStore ports = world.ports();
  ports.leases = &throttled;
  const ReconcileProgress done = reconcile(ports, world.open_sink(), world.options(1), {});
  EXPECT_EQ(done.segments_done, 1);
  EXPECT_EQ(world.published().size(), 10U);
  EXPECT_TRUE(world.leases.list("publisher.reconcile").at(0).done);
}

TEST(Reconcile, TriesAgainWhenTheStoreFailsForAWhile) {
  PublishedWorld world;
  world.add("a", 50);
  world.scan.on_scan = [](int scan) {
    if (scan >= 2 && scan < 6) throw Error{Errc::throttled, "too much"};
  };
  const ReconcileProgress done = world.reconcile(world.options(1));
  EXPECT_EQ(done.looked_at, 50U);
  EXPECT_EQ(first_occurrences(world.published()).at("a"), numbers(0, 50));
}

TEST(Reconcile, GivesUpOnAStoreThatFailsAllTheTime) {
  PublishedWorld world;
  world.add("a", 5);
  world.scan.on_scan = [](int) { throw Error{Errc::unavailable, "away"}; };
  EXPECT_EQ(test_support::code_of([&] { (void)world.reconcile(world.options(1)); }), Errc::unavailable);
  EXPECT_GE(world.clock.passed(), 60s);
  EXPECT_LT(world.clock.passed(), 120s);
}

TEST(Reconcile, DoesNotTryAgainWhatCannotMendItself) {
  PublishedWorld world;
  world.add("a", 5);
  world.scan.on_scan = [](int) { throw Error{Errc::permission_denied, "no"}; };
  EXPECT_EQ(test_support::code_of([&] { (void)world.reconcile(world.options(1)); }), Errc::permission_denied);
  EXPECT_EQ(world.scan.scans, 1);
}

TEST(Reconcile, LooksAtNoMoreEventsASecondThanItMay) {
  PublishedWorld world;
  world.add("a", 100);
  ReconcileOptions options = world.options(1);
  options.events_a_second = 20;
  (void)world.reconcile(options);
  EXPECT_GE(world.clock.passed(), 4500ms);  // no wait after the last of ten pages
  EXPECT_LE(world.clock.passed(), 5500ms);
}

TEST(Reconcile, ReportsAnAggregateThatCannotBePublishedAndPublishesTheRest) {
  PublishedWorld world;
  world.add("a", 2);
  append(world.store, "a", {Uuid::v7(system_clock().now()), "Counted", "{\"n\":" + std::string(500, '1') + "}", {}, 1});
  world.add("a", 2);
  world.add("b", 5);
  world.max_event_bytes = 300;
  const ReconcileProgress done = world.reconcile(world.options(1));
  EXPECT_EQ(world.published(),
            (std::map<std::string, std::vector<std::int64_t>>{{"a", numbers(0, 2)}, {"b", numbers(0, 5)}}));
  ASSERT_EQ(done.blocked.size(), 1U);
  EXPECT_EQ(done.blocked.front().aggregate_id, "a");
  EXPECT_EQ(done.segments_done, 1);
  EXPECT_EQ(world.cursor("a"), Version{1}) << "the next run must find it again";
}

TEST(Reconcile, RefusesOptionsAndPortsThatCannotBeUsed) {
  PublishedWorld world;
  ReconcileOptions options = world.options(0);
  EXPECT_EQ(test_support::code_of([&] { (void)world.reconcile(options); }), Errc::invalid_argument);
  options = world.options();
  options.events_a_second = -1;
  EXPECT_EQ(test_support::code_of([&] { (void)world.reconcile(options); }), Errc::invalid_argument);
  const PublishedStore none;
  EXPECT_EQ(test_support::code_of([&] { (void)reconcile(none, world.open_sink(), world.options(), {}); }),
            Errc::invalid_argument);
  EXPECT_EQ(test_support::code_of([&] { (void)seed_cursors(none, world.options(), {}); }), Errc::invalid_argument);
}

TEST(Reconcile, ASinkThatIsNoneEndsItWithTheReason) {
  PublishedWorld world;
  world.add("a", 2);
  const auto run = [&] { (void)reconcile(world.ports(), [] { return nullptr; }, world.options(), {}); };
  std::string text;
  EXPECT_EQ(test_support::code_of(run, &text), Errc::invalid_argument);
  EXPECT_NE(text.find("returned null"), std::string::npos) << text;
}

TEST(Reconcile, IsSharedByProcesses) {
  PublishedWorld world{20};
  for (int i = 0; i < 40; ++i) world.add("a" + std::to_string(i), 20);
  std::vector<std::jthread> processes;
  std::atomic<std::uint64_t> looked_at{0};
  for (int i = 0; i < 3; ++i) {
    processes.emplace_back([&, i] {
      ScannedStore scan{world.store, 20};  // its counter is not for several threads
      PublishedStore ports = world.ports();
      ports.scan = &scan;
      ReconcileOptions options = world.options(6);
      options.clock = &system_clock();
      options.worker = "process " + std::to_string(i);
      const OpenSink open = [&world] { return std::make_unique<MemoryEventSink>(world.topic); };
      looked_at += reconcile(ports, open, options, {}).looked_at;
    });
  }
  processes.clear();
  EXPECT_EQ(first_occurrences(world.published()).size(), 40U);
  for (const auto& [id, versions] : first_occurrences(world.published())) EXPECT_EQ(versions, numbers(0, 20)) << id;
  EXPECT_GE(looked_at, 800U);
  const std::vector<Lease> leases = world.leases.list("publisher.reconcile");
  EXPECT_TRUE(std::all_of(leases.begin(), leases.end(), [](const Lease& lease) { return lease.done; }));
}

TEST(Reconcile, PublishesEverythingInOrderWhateverTheCursorsStopsAndFailures) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const auto below = [&random](unsigned n) { return static_cast<int>(random() % n); };
    PublishedWorld world{static_cast<std::size_t>(1 + below(20))};
    std::map<std::string, std::int64_t> stored;
    for (int i = 0; i < 80; ++i) {
      const std::string id = "a" + std::to_string(below(9));
      world.add(id, 1);
      ++stored[id];
    }
    std::map<std::string, std::int64_t> begins;
    for (const auto& [id, count] : stored) {
      begins[id] = below(static_cast<unsigned>(count) + 1);
      if (begins[id] > 0) world.cursors.advance(std::vector<PublishCursor>{{id, Version{begins[id] - 1}}});
    }
    world.room = static_cast<std::size_t>(1 + below(10));
    ReconcileOptions options = world.options(1 + below(4));
    options.lease_expires_after = std::chrono::milliseconds{below(2) * 10'000};
    ReconcileProgress done;
    do {
      std::stop_source stop;
      const int stop_at = world.scan.scans + 1 + below(12);
      world.scan.on_scan = [&, stop_at](int scan) {
        if (scan == stop_at) stop.request_stop();
        if (below(5) == 0) throw Error{Errc::unavailable, "a bad moment"};
      };
      options.worker = "w" + std::to_string(below(3));
      done = world.reconcile(options, stop.get_token());
    } while (done.segments_done < done.segments);
    const auto firsts = first_occurrences(world.published());
    for (const auto& [id, count] : stored) {
      const std::vector<std::int64_t> expected = numbers(begins[id], count - begins[id]);
      EXPECT_EQ(firsts.contains(id) ? firsts.at(id) : std::vector<std::int64_t>{}, expected) << id;
      EXPECT_EQ(world.cursor(id), Version{count - 1}) << id;
    }
  }
}

TEST(SeedCursors, LetsOnlyWhatComesLaterBePublished) {
  PublishedWorld world;
  world.add("a", 25);
  world.add("b", 3);
  world.cursors.advance(std::vector<PublishCursor>{{"b", Version{7}}});  // higher than anything stored: not its matter
  const ReconcileProgress done = seed_cursors(world.ports(), world.options(), {});
  EXPECT_GE(done.missing, 1U);
  EXPECT_EQ(world.cursor("a"), Version{24});
  EXPECT_EQ(world.cursor("b"), Version{7});
  world.add("a", 2);
  EXPECT_EQ(world.reconcile(world.options()).published, 2U);
}

TEST(SeedCursors, CountsInADryRunAndChangesNothing) {
  PublishedWorld world;
  world.add("a", 5);
  ReconcileOptions options = world.options();
  options.dry_run = true;
  EXPECT_EQ(seed_cursors(world.ports(), options, {}).missing, 1U);
  EXPECT_EQ(world.cursor("a"), Version::none());
}

}  // namespace
}  // namespace leftfold::runtime_test
