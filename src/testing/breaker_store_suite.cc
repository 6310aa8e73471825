// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/breaker_store_suite.h>

#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/testing/expect.h>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;

// A fresh place with one open store on it.
struct BreakerStoreTest {
  explicit BreakerStoreTest(const MakeBreakerStore& make) : open{make()}, store{open()} {}
  void must_write(const BreakerRecord& record, std::source_location where = std::source_location::current()) const {
    expect(store->write(record), "a write of the revision that was read is stored", where);
  }

  OpenBreakerStore open;
  std::shared_ptr<BreakerStore> store;
};

void expect_same(const BreakerRecord& actual, const BreakerRecord& expected,
                 std::source_location where = std::source_location::current()) {
  expect_equal(actual.name, expected.name, "name", where);
  expect_equal(actual.revision, expected.revision, "revision", where);
  expect_equal(to_string(actual.state), to_string(expected.state), "state", where);
  expect_equal(actual.open_for.count(), expected.open_for.count(), "open_for", where);
  expect_equal(actual.reopened, expected.reopened, "reopened", where);
  expect_equal(actual.nodes.size(), expected.nodes.size(), "number of nodes", where);
  expect(actual.nodes == expected.nodes, "the nodes are the same", where);
  expect(actual.probe == expected.probe, "the probe is the same", where);
  expect_equal(actual.prober, expected.prober, "prober", where);
  expect_equal(actual.probe_for.count(), expected.probe_for.count(), "probe_for", where);
  expect_equal(actual.by, expected.by, "by", where);
  expect_equal(actual.why, expected.why, "why", where);
  expect_equal(actual.changed_at, expected.changed_at, "changed_at", where);
  expect(actual == expected, "the records are the same", where);
}

BreakerRecord named(std::string name) {
  BreakerRecord record;
  record.name = std::move(name);
  return record;
}

// Every field filled.
BreakerRecord full_record() {
  BreakerRecord record = named("payments \xE2\x82\xAC 'quoted'");
  record.state = BreakerRecord::State::half_open;
  record.open_for = 123'456'789ms;
  record.reopened = 7;
  record.nodes["host:1:a"] = {true, std::numeric_limits<std::int64_t>::max(), 10'000ms};
  record.nodes["host:2:b"] = {false, std::numeric_limits<std::int64_t>::min(), 1ms};
  record.probe = Uuid::v7(system_clock().now());
  record.prober = "host:1:a";
  record.probe_for = 60'000ms;
  record.by = "someone";
  record.why = "maintenance\nof the \"bank\"";
  record.changed_at = Timestamp{1'900'000'000'123ms};
  return record;
}

void an_unknown_breaker_is_closed(BreakerStoreTest& t) {
  expect_same(t.store->read("payments"), named("payments"));
  expect(t.store->list().empty(), "reading makes no record");
}

void a_record_is_read_as_it_was_written(BreakerStoreTest& t) {
  BreakerRecord record = full_record();
  t.must_write(record);
  record.revision = 1;
  expect_same(t.store->read(record.name), record);
  expect_same(t.open()->read(record.name), record);
}

void every_state_is_kept(BreakerStoreTest& t) {
  using State = BreakerRecord::State;
  BreakerRecord record = named("payments");
  for (const State state : {State::open, State::half_open, State::forced_open, State::disabled, State::closed}) {
    record.state = state;
    t.must_write(record);
    ++record.revision;
    expect_same(t.store->read("payments"), record);
  }
}

void a_write_replaces_the_whole_record(BreakerStoreTest& t) {
  const BreakerRecord full = full_record();
  t.must_write(full);
  BreakerRecord bare = named(full.name);
  bare.revision = 1;
  t.must_write(bare);
  bare.revision = 2;
  expect_same(t.store->read(full.name), bare);
  BreakerRecord other_nodes = bare;
  other_nodes.nodes["late"] = {true, 1, 5s};
  t.must_write(other_nodes);
  other_nodes.revision = 3;
  expect_same(t.store->read(full.name), other_nodes);
}

void a_stale_write_changes_nothing(BreakerStoreTest& t) {
  BreakerRecord record = named("payments");
  t.must_write(record);
  record.revision = 1;
  record.nodes["first"] = {true, 1, 1s};
  t.must_write(record);
  BreakerRecord stale = named("payments");
  stale.state = BreakerRecord::State::forced_open;
  stale.nodes["stale"] = {true, 2, 1s};
  for (const std::int64_t revision : {0, 1, 3}) {
    stale.revision = revision;
    expect(!t.store->write(stale), "another revision than the stored one is refused");
  }
  record.revision = 2;
  expect_same(t.store->read("payments"), record);
}

void the_first_write_is_of_revision_zero(BreakerStoreTest& t) {
  BreakerRecord record = named("payments");
  record.revision = 1;
  expect(!t.store->write(record), "a record that is not there has revision 0");
  expect(t.store->list().empty(), "a refused write makes no record");
}

void breakers_do_not_meet(BreakerStoreTest& t) {
  BreakerRecord one = named("one");
  one.nodes["n"] = {true, 1, 1s};
  t.must_write(one);
  expect_same(t.store->read("two"), named("two"));
  expect_same(t.store->read("ONE"), named("ONE"));
  BreakerRecord two = named("two");
  two.state = BreakerRecord::State::open;
  t.must_write(two);
  one.revision = 1;
  expect_same(t.store->read("one"), one);
}

void all_are_listed_by_name(BreakerStoreTest& t) {
  BreakerRecord full = full_record();
  t.must_write(full);
  t.must_write(named("zebra"));
  t.must_write(named("apple"));
  const std::vector<BreakerRecord> records = t.store->list();
  expect_equal(records.size(), std::size_t{3}, "number of records");
  expect_equal(records[0].name, "apple", "first name");
  expect_equal(records[2].name, "zebra", "last name");
  full.revision = 1;
  expect_same(records[1], full);
}

void names_must_not_be_empty(BreakerStoreTest& t) {
  expect_error(Errc::invalid_argument, [&] { (void)t.store->write(named("")); }, "a record without a name");
  BreakerRecord record = named("payments");
  record.nodes[""] = {true, 1, 1s};
  expect_error(Errc::invalid_argument, [&] { (void)t.store->write(record); }, "a node without a name");
  expect(t.store->list().empty(), "a refused write makes no record");
}

// Each adds one to `reopened`; a lost update would show. Each revision belongs to one write.
void of_writers_at_once_one_wins(BreakerStoreTest& t) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  const std::shared_ptr<BreakerStore> other = t.open();
  on_threads(kThreads, [&](int thread) {
    BreakerStore& store = thread % 2 == 0 ? *t.store : *other;
    for (int done = 0; done < kEach;) {
      BreakerRecord record = store.read("payments");
      ++record.reopened;
      record.nodes = {{"node " + std::to_string(thread), {true, done, 1s}}};
      if (store.write(record)) ++done;
    }
  });
  const BreakerRecord last = t.store->read("payments");
  expect_equal(last.reopened, std::uint64_t{kThreads * kEach}, "writes that were acknowledged");
  expect_equal(last.revision, std::int64_t{kThreads * kEach}, "revision");
  expect_equal(last.nodes.size(), std::size_t{1}, "nodes of the last write");
}

constexpr NamedCheck<BreakerStoreTest> kCases[] = {
    {"an unknown breaker is closed, with revision 0", an_unknown_breaker_is_closed},
    {"a record is read as it was written, by others too", a_record_is_read_as_it_was_written},
    {"every state is kept", every_state_is_kept},
    {"a write replaces the whole record", a_write_replaces_the_whole_record},
    {"a stale write changes nothing", a_stale_write_changes_nothing},
    {"the first write is of revision zero", the_first_write_is_of_revision_zero},
    {"breakers do not meet", breakers_do_not_meet},
    {"all are listed, by name", all_are_listed_by_name},
    {"names must not be empty", names_must_not_be_empty},
    {"of writers at once one wins, in one process and in two", of_writers_at_once_one_wins},
};

}  // namespace

std::vector<Case> breaker_store_suite(MakeBreakerStore make) {
  return cases_of<BreakerStoreTest>(std::move(make), {kCases});
}

}  // namespace leftfold::inline v0::testing
