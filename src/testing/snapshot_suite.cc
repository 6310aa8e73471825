// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/snapshot_suite.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

// A fresh place with one open handle on it.
struct SnapshotTest {
  explicit SnapshotTest(const MakeSnapshotStore& make) : open{make()}, store{open()} {}

  OpenSnapshotStore open;
  std::shared_ptr<SnapshotStore> store;
};

StoredSnapshot snapshot(std::int64_t version, std::string state, std::string aggregate_id = "cart-1",
                        std::string schema = "Cart/1") {
  return {std::move(aggregate_id), std::move(schema), Version{version}, std::move(state),
          Timestamp{std::chrono::milliseconds{1'900'000'000'000 + version}}};
}

void expect_kept(SnapshotStore& store, const StoredSnapshot& expected,
                 std::source_location where = std::source_location::current()) {
  const auto found = store.load(expected.aggregate_id, expected.schema);
  expect(found.has_value(), "there is a snapshot of " + expected.aggregate_id, where);
  expect_equal(found->aggregate_id, expected.aggregate_id, "aggregate id", where);
  expect_equal(found->schema, expected.schema, "schema", where);
  expect_equal(found->version.value(), expected.version.value(), "version", where);
  expect_equal(found->state, expected.state, "state", where);
  expect_equal(found->taken_at, expected.taken_at, "taken at", where);
}

void nothing_at_first(SnapshotTest& t) {
  expect(!t.store->load("cart-1", "Cart/1").has_value(), "an empty store has no snapshot");
  expect(!t.store->remove("cart-1", "Cart/1"), "an empty store has none to remove");
}

void what_was_saved_is_loaded(SnapshotTest& t) {
  const StoredSnapshot first = snapshot(0, R"({"items":{"apple":2}})");
  expect(t.store->save(first), "the first snapshot is kept");
  expect_kept(*t.store, first);
}

void a_newer_one_takes_its_place(SnapshotTest& t) {
  expect(t.store->save(snapshot(9, "nine")), "the first one is kept");
  expect(t.store->save(snapshot(10, "ten")), "a newer one is kept");
  expect_kept(*t.store, snapshot(10, "ten"));
}

void a_slow_writer_takes_nothing_away(SnapshotTest& t) {
  expect(t.store->save(snapshot(10, "ten")), "the first one is kept");
  expect(!t.store->save(snapshot(9, "nine")), "an older one is not kept");
  expect(!t.store->save(snapshot(10, "another ten")), "one of the same version is not kept");
  expect_kept(*t.store, snapshot(10, "ten"));
}

void each_has_its_own(SnapshotTest& t) {
  const StoredSnapshot all[] = {snapshot(1, "a"), snapshot(2, "b", "cart-2"), snapshot(3, "c", "cart-1", "Cart/2"),
                                snapshot(4, "d", "Cart/1", "cart-1"), snapshot(5, "e", "cart-1#Cart", "1")};
  for (const StoredSnapshot& each : all) expect(t.store->save(each), "kept: " + each.state);
  for (const StoredSnapshot& each : all) expect_kept(*t.store, each);
  expect(t.store->remove("cart-1", "Cart/1"), "one is removed");
  expect(!t.store->load("cart-1", "Cart/1").has_value(), "it is gone");
  expect_kept(*t.store, all[1]);
  expect_kept(*t.store, all[2]);
}

void after_a_removal_any_version_is_new(SnapshotTest& t) {
  expect(t.store->save(snapshot(10, "ten")), "kept");
  expect(t.store->remove("cart-1", "Cart/1"), "removed");
  expect(t.store->save(snapshot(3, "three")), "an older one is kept when there is none");
  expect_kept(*t.store, snapshot(3, "three"));
}

void any_bytes_come_back(SnapshotTest& t) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  expect(t.store->save(snapshot(0, every)), "every byte is kept");
  expect_kept(*t.store, snapshot(0, every));
  expect(t.store->save(snapshot(1, "")), "an empty state is kept");
  expect_kept(*t.store, snapshot(1, ""));
  expect(t.store->save(snapshot(2, std::string(300'000, 'x'), "käse\n\"1\"", "Schöma")), "odd names are kept");
  expect_kept(*t.store, snapshot(2, std::string(300'000, 'x'), "käse\n\"1\"", "Schöma"));
}

void what_is_wrong_is_refused(SnapshotTest& t) {
  expect_error(Errc::invalid_argument, [&] { t.store->save(snapshot(0, "x", "")); }, "an aggregate without an id");
  expect_error(Errc::invalid_argument, [&] { t.store->save(snapshot(0, "x", "a", "")); }, "a schema without a name");
  expect_error(Errc::invalid_argument, [&] { t.store->save(snapshot(-1, "x")); }, "a version before the first event");
  expect_error(Errc::invalid_argument, [&] { (void)t.store->load("", "Cart/1"); }, "load without an id");
  expect_error(Errc::invalid_argument, [&] { (void)t.store->remove("cart-1", ""); }, "remove without a schema");
  expect(!t.store->load("cart-1", "Cart/1").has_value(), "nothing was stored");
}

void it_outlives_its_handle(SnapshotTest& t) {
  expect(t.store->save(snapshot(7, "seven")), "kept");
  expect_kept(*t.open(), snapshot(7, "seven"));
  t.store.reset();
  t.store = t.open();
  expect_kept(*t.store, snapshot(7, "seven"));
}

void the_newest_of_many_writers_stays(SnapshotTest& t) {
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  const auto other = t.open();
  std::atomic<int> kept{0};
  on_threads(kThreads, [&](int thread) {
    SnapshotStore& store = thread % 2 == 0 ? *t.store : *other;
    for (int i = 0; i < kEach; ++i) {
      const int version = i * kThreads + thread;
      if (store.save(snapshot(version, std::to_string(version)))) ++kept;
      const auto found = store.load("cart-1", "Cart/1");
      expect(found && found->version >= Version{version}, "what was saved, or a newer one, is there");
      expect_equal(found->state, std::to_string(found->version.value()), "state and version belong together");
    }
  });
  expect(kept > 0, "some were kept");
  expect_kept(*t.store, snapshot(kThreads * kEach - 1, std::to_string(kThreads * kEach - 1)));
}

constexpr NamedCheck<SnapshotTest> kCases[] = {
    {"there is none at first", nothing_at_first},
    {"what was saved is loaded", what_was_saved_is_loaded},
    {"a newer one takes its place", a_newer_one_takes_its_place},
    {"a slow writer takes nothing away", a_slow_writer_takes_nothing_away},
    {"each aggregate and schema has its own", each_has_its_own},
    {"after a removal any version is new", after_a_removal_any_version_is_new},
    {"any bytes come back", any_bytes_come_back},
    {"what is wrong is refused", what_is_wrong_is_refused},
    {"it outlives its handle", it_outlives_its_handle},
    {"the newest of many writers stays", the_newest_of_many_writers_stays},
};

}  // namespace

std::vector<Case> snapshot_suite(MakeSnapshotStore make) { return cases_of<SnapshotTest>(std::move(make), {kCases}); }

}  // namespace leftfold::inline v0::testing
