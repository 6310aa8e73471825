// SPDX-License-Identifier: Apache-2.0
// Many writers at once, through one handle and through two.
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <variant>

#include "testing/event_store_cases.h"

namespace leftfold::inline v0::testing {
namespace {

constexpr int kThreads = 8;

// Two handles, as two processes have them, shared out among the threads.
class TwoHandles {
 public:
  explicit TwoHandles(EventStoreTest& t) : first_{&t.store()}, second_{t.open()} {}
  [[nodiscard]] EventStore& of(int thread) const { return thread % 2 == 0 ? *first_ : *second_; }

 private:
  EventStore* first_;
  std::shared_ptr<EventStore> second_;
};

void every_version_has_one_winner(EventStoreTest& t) {
  constexpr int kEach = 15;
  const TwoHandles stores{t};
  std::mutex mutex;
  std::map<Version, Uuid> winners;  // by the version that append acknowledged
  on_threads(kThreads, [&](int thread) {
    Version expected = Version::none();
    for (int done = 0; done < kEach;) {
      const AppendRequest request = new_request("a", expected);
      const AppendResult result = stores.of(thread).append(request);
      if (const auto* conflict = std::get_if<Conflict>(&result)) {
        expect(conflict->actual != expected, "a conflict names another version than the expected one");
        expected = conflict->actual;
        continue;
      }
      expected = std::get<Appended>(result).version;
      const std::scoped_lock lock{mutex};
      expect(winners.emplace(expected, request.events[0].id).second, "no version is acknowledged twice");
      ++done;
    }
  });
  const auto events = read_whole_stream(t.store(), "a");
  expect_equal(events.size(), static_cast<std::size_t>(kThreads * kEach), "events");
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Version version{static_cast<std::int64_t>(i)};
    expect_equal(events[i].version, version, "version by place");
    expect_equal(events[i].id, winners.at(version), "the event that was acknowledged for the version");
  }
}

void one_of_many_commits_wins_whole(EventStoreTest& t) {
  const TwoHandles stores{t};
  Version version = Version::none();
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> winner{-1};
    std::atomic<int> wins{0};
    on_threads(kThreads, [&](int thread) {
      const AppendRequest request = new_request("a", version, 3, thread);
      if (!std::holds_alternative<Appended>(stores.of(thread).append(request))) return;
      winner = thread;
      ++wins;
    });
    expect_equal(wins.load(), 1, "appends that won");
    const EventPage page = t.store().read_stream("a", version.next(), 100);
    expect_equal(page.size(), 3U, "events of the winner");
    for (std::size_t i = 0; i < page.size(); ++i) {
      expect_equal(page[i].payload, new_event(winner + static_cast<int>(i)).payload, "payload of the winner");
      expect_equal(page[i].commit_id, page[0].id, "commit_id");
    }
    version = page.back().version;
  }
}

void many_aggregates_at_once(EventStoreTest& t) {
  constexpr int kEach = 20;
  const TwoHandles stores{t};
  on_threads(kThreads, [&](int thread) {
    const std::string id = "aggregate-" + std::to_string(thread);
    for (int i = 0; i < kEach; ++i) {
      const Appended result = must_append(stores.of(thread), new_request(id, Version{2 * i - 1}, 2, 2 * i));
      expect_equal(result.version, Version{2 * i + 1}, "version");
    }
  });
  for (int thread = 0; thread < kThreads; ++thread) {
    const auto events = read_whole_stream(t.store(), "aggregate-" + std::to_string(thread));
    expect_equal(events.size(), 2U * kEach, "events of an aggregate");
    for (std::size_t i = 0; i < events.size(); ++i) {
      expect_equal(events[i].payload, new_event(static_cast<int>(i)).payload, "payload by version");
    }
  }
}

void positions_have_no_gap_with_many_writers(EventStoreTest& t) {
  constexpr int kEach = 20;
  const TwoHandles stores{t};
  std::mutex mutex;
  std::map<Position, Uuid> acknowledged;
  on_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kEach; ++i) {
      const AppendRequest request = new_request("aggregate-" + std::to_string(thread), Version{i - 1});
      const Appended result = must_append(stores.of(thread), request);
      const std::scoped_lock lock{mutex};
      expect(acknowledged.emplace(result.position, request.events[0].id).second, "no position is acknowledged twice");
    }
  });
  const auto events = read_whole_store(t.store(), 33);
  expect_equal(events.size(), static_cast<std::size_t>(kThreads * kEach), "events of the store");
  Timestamp last{};
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Position position{static_cast<std::int64_t>(i) + 1};
    expect_equal(events[i].position, position, "position by place");
    expect_equal(events[i].id, acknowledged.at(position), "the event that was acknowledged for the position");
    expect(events[i].committed_at >= last, "committed_at does not decrease along positions");
    last = events[i].committed_at;
  }
}

void readers_see_whole_commits_in_order(EventStoreTest& t) {
  constexpr int kCommits = 40;
  const TwoHandles stores{t};
  std::atomic<int> writing{2};
  on_threads(4, [&](int thread) {
    if (thread < 2) {
      for (int i = 0; i < kCommits; ++i)
        must_append(stores.of(thread), new_request("w" + std::to_string(thread), Version{3 * i - 1}, 3));
      --writing;
      return;
    }
    Position after;
    for (bool last = false; !last;) {
      last = writing == 0;  // looked at before the read: then this read sees everything
      const EventPage page = stores.of(thread).read_all(after, 1000);
      for (const RecordedEvent& event : page) {
        expect_equal(event.position, after.next(), "a position follows the one before");
        after = event.position;
      }
      if (!page.empty())
        expect_equal(page.back().commit_pos, page.back().commit_size - 1, "place in its commit of the newest event");
    }
    expect_equal(after, Position{2 * 3 * kCommits}, "position of the last event read");
  });
}

void one_of_many_repetitions_is_the_first(EventStoreTest& t) {
  const TwoHandles stores{t};
  for (int round = 0; round < 10; ++round) {
    const std::string id = "a" + std::to_string(round);
    std::mutex mutex;
    std::vector<Appended> results;
    on_threads(kThreads, [&](int thread) {
      AppendRequest request = new_request(id, Version::none(), 2, thread);
      request.idempotency_key = "the same command";
      const Appended result = must_append(stores.of(thread), request);
      const std::scoped_lock lock{mutex};
      results.push_back(result);
    });
    int first = 0;
    for (const Appended& result : results) {
      first += result.repeated ? 0 : 1;
      expect_equal(result.version, Version{1}, "version");
      expect_equal(result.events, 2U, "events");
      expect_equal(result.position, results[0].position, "position");
      expect_equal(result.committed_at, results[0].committed_at, "committed_at");
    }
    expect_equal(first, 1, "results that are not repeated");
    expect_equal(read_whole_stream(t.store(), id).size(), 2U, "events stored");
  }
}

constexpr EventStoreCase kCases[] = {
    {"many writers on one aggregate: every version has one winner", every_version_has_one_winner},
    {"many commits on one version: one wins, and whole", one_of_many_commits_wins_whole},
    {"many writers on many aggregates do not disturb each other", many_aggregates_at_once},
    {"positions have no gap with many writers", positions_have_no_gap_with_many_writers,
     EventStoreCase::Runs::when_all_can_be_read},
    {"readers see whole commits, in order, while others write", readers_see_whole_commits_in_order,
     EventStoreCase::Runs::when_all_can_be_read},
    {"many writers with one key: one is the first", one_of_many_repetitions_is_the_first},
};

}  // namespace

std::span<const EventStoreCase> concurrency_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
