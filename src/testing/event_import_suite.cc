// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/event_import_suite.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

// A fresh place with one open handle on it.
struct ImportTest {
  ImportTest(const MakeEventImport& make, EventStoreSuiteOptions wanted)
      : options{wanted}, open{make()}, handle{open()} {}

  [[nodiscard]] EventStore& store() const { return *handle.store; }
  [[nodiscard]] std::vector<AppendResult> import(std::vector<RecordedCommit> commits) const {
    return handle.import->import_commits(std::move(commits));
  }
  void reopen() {
    handle = {};
    handle = open();
  }

  const EventStoreSuiteOptions options;
  OpenEventImport open;
  ImportHandle handle;
};

constexpr std::int64_t kThen = 1'500'000'000'123;  // 2017

RecordedCommit commit(std::string aggregate_id, std::int64_t first, std::size_t events = 1, std::int64_t time = kThen) {
  AppendRequest request = new_request(aggregate_id, Version{first - 1}, events, static_cast<int>(first));
  return {std::move(aggregate_id), Version{first}, Timestamp{std::chrono::milliseconds{time}},
          std::move(request.events)};
}

Appended must_import(const ImportTest& t, const RecordedCommit& one,
                     std::source_location where = std::source_location::current()) {
  const std::vector<AppendResult> results = t.import({one});
  expect_equal(results.size(), 1U, "answers", where);
  const auto* const appended = std::get_if<Appended>(&results.front());
  expect(appended != nullptr, "the commit was imported", where);
  return *appended;
}

// As expect_stored of the event store's suite, at the time of the commit.
void expect_imported(const ImportTest& t, const RecordedCommit& one,
                     std::source_location where = std::source_location::current()) {
  const EventPage page = t.store().read_stream(one.aggregate_id, one.first, one.events.size());
  expect_equal(page.size(), one.events.size(), "events of " + one.aggregate_id, where);
  Appended stored;
  stored.version = one.last();
  stored.events = one.events.size();
  stored.committed_at = one.committed_at;
  if (t.options.reads_all) stored.position = page.back().position;
  const AppendRequest request = request_of(one);
  for (std::size_t i = 0; i < page.size(); ++i) expect_stored(page[i], request, i, stored, where, t.options);
}

void a_commit_comes_back_as_it_was_recorded(ImportTest& t) {
  RecordedCommit one = commit("bestellung-42/ü 日本", 0, 3);
  one.events[0].type = "Größe geändert";
  one.events[0].payload = R"({"text":"ünïcödé 日本語 🛒 \" \\ \n","n":9223372036854775807,"x":0.1})";
  one.events[0].metadata = R"({"correlation_id":"c 1"})";
  one.events[1].schema_version = 7;
  one.events[2].type = kSnapshotNote;
  const Appended result = must_import(t, one);
  expect_equal(result.version, Version{2}, "version");
  expect_equal(result.events, 3U, "events");
  expect_equal(result.committed_at, one.committed_at, "committed_at");
  t.reopen();
  expect_imported(t, one);
}

void commits_of_one_call_follow_each_other(ImportTest& t) {
  const std::vector<RecordedCommit> all{commit("a", 0, 2), commit("b", 0, 1, kThen + 1), commit("a", 2, 1, kThen + 2),
                                        commit("a", 3, 3, kThen + 2)};
  const std::vector<AppendResult> results = t.import(all);
  expect_equal(results.size(), all.size(), "answers");
  for (const RecordedCommit& each : all) expect_imported(t, each);
  expect(t.import({}).empty(), "no commits, no answers");
}

void a_place_that_is_taken_is_a_conflict(ImportTest& t) {
  const RecordedCommit first = commit("a", 0, 2);
  (void)must_import(t, first);
  const std::vector<AppendResult> results = t.import({commit("a", 0), commit("a", 1), commit("b", 0)});
  for (std::size_t i = 0; i < 2; ++i) {
    const auto* const conflict = std::get_if<Conflict>(&results.at(i));
    expect(conflict != nullptr, "a commit where another one is stored is a conflict");
    expect_equal(conflict->actual, Version{1}, "actual");
  }
  expect(std::holds_alternative<Appended>(results.at(2)), "the others are imported all the same");
  expect_imported(t, first);
  expect_equal(read_whole_stream(t.store(), "a").size(), 2U, "events of a");
}

void versions_without_those_before_are_a_conflict(ImportTest& t) {
  (void)must_import(t, commit("a", 0));
  const std::vector<AppendResult> results = t.import({commit("a", 2), commit("b", 1)});
  expect(std::holds_alternative<Conflict>(results.at(0)), "version 2 cannot follow on 0");
  expect(std::holds_alternative<Conflict>(results.at(1)), "version 1 cannot be the first");
  expect_equal(read_whole_stream(t.store(), "a").size(), 1U, "events of a");
  expect_equal(read_whole_stream(t.store(), "b").size(), 0U, "events of b");
}

void importing_again_changes_nothing(ImportTest& t) {
  const RecordedCommit one = commit("a", 0, 2);
  (void)must_import(t, one);
  (void)t.import({one});
  expect_equal(read_whole_stream(t.store(), "a").size(), 2U, "events of a");
  expect_imported(t, one);
}

// The id of its first event names a commit, so that a store may take another one under that name for its own.
void another_commit_of_the_same_name_is_a_conflict(ImportTest& t) {
  const RecordedCommit one = commit("a", 0, 2);
  (void)must_import(t, one);
  RecordedCommit longer = commit("a", 0, 3), later = commit("a", 1, 2);
  longer.events[0].id = later.events[0].id = one.events[0].id;
  for (const RecordedCommit& other : {longer, later}) {
    for (const AppendResult& result : t.import({other, commit("a", other.last().value() + 1)})) {
      expect(std::holds_alternative<Conflict>(result), "another commit of the same name, or what follows it");
    }
  }
  t.reopen();
  expect_imported(t, one);
  expect_equal(read_whole_stream(t.store(), "a").size(), 2U, "events of a");
}

void bad_commits_are_refused_before_anything_is_stored(ImportTest& t) {
  const auto refused = [&](RecordedCommit bad, std::string_view what) {
    (void)expect_error(Errc::invalid_argument, [&] { (void)t.import({commit("good", 0), std::move(bad)}); }, what);
  };
  refused(commit("a", -1), "a version below 0");
  refused({"a", Version{0}, {}, {}}, "no events");
  refused(commit("", 0), "no aggregate id");
  refused(commit("a", 0, 1, 253'402'300'800'000), "the year 10000");
  refused(commit("a", 0, 1, -62'167'219'200'001), "a year before 0");
  RecordedCommit nil = commit("a", 0);
  nil.events[0].id = Uuid{};
  refused(nil, "the nil UUID");
  expect_equal(read_whole_stream(t.store(), "good").size(), 0U, "events of the good commits beside them");
}

void appends_go_on_behind_what_was_imported(ImportTest& t) {
  (void)must_import(t, commit("a", 0, 3));
  expect_equal(must_append(t.store(), new_request("a", Version{2})).version, Version{3}, "version");
  (void)must_conflict(t.store(), new_request("a", Version::none()));
  (void)must_import(t, commit("a", 4));
  expect_equal(read_whole_stream(t.store(), "a").size(), 5U, "events of a");
}

void a_commit_of_100_events_is_imported_whole(ImportTest& t) {
  const RecordedCommit one = commit("a", 0, 100);
  (void)must_import(t, one);
  expect_imported(t, one);
}

// A time can only be looked for by halving while times follow positions.
void a_store_knows_whether_times_follow_positions(ImportTest& t) {
  if (!t.options.reads_all) return;
  (void)t.import({commit("a", 0, 1, kThen), commit("b", 0, 2, kThen), commit("c", 0, 1, kThen + 5)});
  (void)must_append(t.store(), new_request("d", Version::none()));
  expect(t.store().is_in_time_order(), "times that do not go back are in order");
  (void)must_import(t, commit("e", 0, 1, kThen + 6));
  expect(!t.store().is_in_time_order(), "a time that goes back is noticed");
  t.reopen();
  expect(!t.store().is_in_time_order(), "and stays known");
}

struct ImportCheck {
  const char* name;
  void (*run)(ImportTest& t);
};

constexpr ImportCheck kChecks[] = {
    {"a commit comes back as it was recorded", a_commit_comes_back_as_it_was_recorded},
    {"commits of one call follow each other", commits_of_one_call_follow_each_other},
    {"a place that is taken is a conflict", a_place_that_is_taken_is_a_conflict},
    {"versions without those before are a conflict", versions_without_those_before_are_a_conflict},
    {"importing again changes nothing", importing_again_changes_nothing},
    {"another commit of the same name is a conflict", another_commit_of_the_same_name_is_a_conflict},
    {"bad commits are refused before anything is stored", bad_commits_are_refused_before_anything_is_stored},
    {"appends go on behind what was imported", appends_go_on_behind_what_was_imported},
    {"a commit of 100 events is imported whole", a_commit_of_100_events_is_imported_whole},
    {"a store knows whether times follow positions", a_store_knows_whether_times_follow_positions},
};

}  // namespace

std::vector<Case> event_import_suite(MakeEventImport make, EventStoreSuiteOptions options) {
  const auto shared_make = std::make_shared<const MakeEventImport>(std::move(make));
  std::vector<Case> cases;
  for (const ImportCheck& check : kChecks) {
    cases.push_back({check.name, [shared_make, options, run = check.run] {
                       ImportTest test{*shared_make, options};
                       run(test);
                     }});
  }
  return cases;
}

}  // namespace leftfold::inline v0::testing
