// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/lease_suite.h>

#include <atomic>
#include <map>
#include <string>
#include <utility>

#include <leftfold/testing/expect.h>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

// A fresh place with one open store on it.
struct LeaseStoreTest {
  explicit LeaseStoreTest(const MakeLeaseStore& make) : open{make()}, store{open()} {}
  /// Writes the lease and returns it as it is stored then.
  Lease must_write(Lease lease, std::source_location where = std::source_location::current()) const {
    expect(store->write(lease), "a write of the counter that is stored is kept", where);
    ++lease.counter;
    return lease;
  }

  OpenLeaseStore open;
  std::shared_ptr<LeaseStore> store;
};

void expect_same(const Lease& actual, const Lease& expected,
                 std::source_location where = std::source_location::current()) {
  expect_equal(actual.group, expected.group, "group", where);
  expect_equal(actual.name, expected.name, "name", where);
  expect_equal(actual.owner, expected.owner, "owner", where);
  expect_equal(actual.counter, expected.counter, "counter", where);
  expect_equal(actual.checkpoint, expected.checkpoint, "checkpoint", where);
  expect_equal(actual.done, expected.done, "done", where);
  expect_equal(actual.note, expected.note, "note", where);
  expect_equal(actual.renewed_at.time_since_epoch().count(), expected.renewed_at.time_since_epoch().count(),
               "time of renewal", where);
  expect(actual == expected, "the leases are the same", where);
}

void expect_all(LeaseStore& store, std::string_view group, const std::vector<Lease>& expected,
                std::source_location where = std::source_location::current()) {
  const std::vector<Lease> actual = store.list(group);
  expect_equal(actual.size(), expected.size(), "number of leases", where);
  for (std::size_t i = 0; i < expected.size(); ++i) expect_same(actual[i], expected[i], where);
}

Lease named(std::string name, std::string group = "publisher") {
  Lease lease;
  lease.group = std::move(group);
  lease.name = std::move(name);
  return lease;
}

// Every field filled.
Lease full_lease() {
  Lease lease = named("shardId-00000001 \xE2\x82\xAC 'quoted'", "group #1");
  lease.owner = "host:1:a";
  lease.checkpoint = "1234567890123456789012345678901234567890";
  lease.done = true;
  lease.note = "events were missed\nlook at \"reconcile\"";
  lease.renewed_at = Timestamp{std::chrono::milliseconds{1'714'564'800'123}};
  return lease;
}

void a_group_without_leases_is_empty(LeaseStoreTest& t) {
  expect(t.store->list("publisher").empty(), "nothing was written");
}

void a_lease_is_listed_as_it_was_written(LeaseStoreTest& t) {
  const Lease stored = t.must_write(full_lease());
  expect_equal(stored.counter, std::int64_t{1}, "counter of the first write");
  expect_all(*t.store, stored.group, {stored});
  expect_all(*t.open(), stored.group, {stored});
}

void a_write_replaces_the_whole_lease(LeaseStoreTest& t) {
  const Lease full = t.must_write(full_lease());
  Lease bare = named(full.name, full.group);
  bare.counter = full.counter;
  bare = t.must_write(bare);
  expect_all(*t.store, full.group, {bare});
  Lease again = full_lease();
  again.counter = bare.counter;
  again = t.must_write(again);
  expect_equal(again.counter, std::int64_t{3}, "each write makes the counter one more");
  expect_all(*t.store, full.group, {again});
}

void a_write_of_another_counter_changes_nothing(LeaseStoreTest& t) {
  Lease stored = t.must_write(t.must_write(named("a")));
  for (const std::int64_t counter : {0, 1, 3}) {
    Lease stale = stored;
    stale.counter = counter;
    stale.owner = "stale";
    expect(!t.store->write(stale), "another counter than the stored one is refused");
  }
  expect_all(*t.store, "publisher", {stored});
}

void the_first_write_is_of_counter_zero(LeaseStoreTest& t) {
  Lease lease = named("a");
  lease.counter = 1;
  expect(!t.store->write(lease), "a lease that is not there has the counter 0");
  expect(t.store->list("publisher").empty(), "a refused write makes no lease");
}

void a_write_of_the_same_content_is_a_write(LeaseStoreTest& t) {
  Lease renewed = named("a");
  renewed.owner = "host:1:a";
  for (std::int64_t counter = 1; counter <= 3; ++counter) {
    renewed = t.must_write(renewed);
    expect_equal(renewed.counter, counter, "counter");
  }
  Lease late = renewed;
  late.counter = 2;
  expect(!t.store->write(late), "the same content with an older counter is refused");
  expect_all(*t.store, "publisher", {renewed});
}

void a_removed_lease_is_gone(LeaseStoreTest& t) {
  const Lease stored = t.must_write(full_lease());
  const Lease other = t.must_write(named("other", stored.group));
  expect(t.store->remove(stored), "a lease whose counter is still the same is removed");
  expect_all(*t.open(), stored.group, {other});
  expect(!t.store->remove(stored), "a lease that is gone is not removed again");
  const Lease again = t.must_write(full_lease());
  expect_equal(again.counter, std::int64_t{1}, "counter of a lease that was removed before");
}

void a_lease_of_another_counter_is_not_removed(LeaseStoreTest& t) {
  const Lease first = t.must_write(named("a"));
  const Lease second = t.must_write(first);
  expect(!t.store->remove(first), "another counter than the stored one is refused");
  expect(!t.store->remove(named("a")), "so is the counter 0");
  expect(!t.store->remove(named("b")), "a lease that is not there is not removed");
  expect_all(*t.store, "publisher", {second});
}

void groups_do_not_meet(LeaseStoreTest& t) {
  std::vector<Lease> ones;
  for (const char* group : {"one", "one ", "one#", "ONE", "on"}) {
    Lease lease = named("a", group);
    lease.owner = group;
    ones.push_back(t.must_write(lease));
  }
  for (const Lease& lease : ones) expect_all(*t.store, lease.group, {lease});
  expect(t.store->remove(ones[0]), "a lease of one group is removed");
  expect(t.store->list("one").empty(), "it is gone");
  for (std::size_t i = 1; i < ones.size(); ++i) expect_all(*t.store, ones[i].group, {ones[i]});
}

void all_are_listed_by_name(LeaseStoreTest& t) {
  constexpr int kLeases = 120;
  std::map<std::string, Lease> written;  // in the order of names
  for (int i = 0; i < kLeases; ++i) {
    Lease lease = named("shard-" + std::to_string((i * 37) % kLeases));
    lease.note = std::to_string(i);
    written[lease.name] = t.must_write(lease);
  }
  std::vector<Lease> expected;
  for (const auto& [name, lease] : written) expected.push_back(lease);
  expect_all(*t.store, "publisher", expected);
}

// More than a page of any store: what a list must put together.
void large_leases_are_all_listed(LeaseStoreTest& t) {
  constexpr int kLeases = 40;
  std::vector<Lease> expected;
  for (int i = 0; i < kLeases; ++i) {
    Lease lease = named("shard-" + std::to_string(100 + i));
    lease.note = std::string(std::size_t{30} * 1024, 'x');
    expected.push_back(t.must_write(lease));
  }
  expect_all(*t.store, "publisher", expected);
}

void leases_need_a_group_and_a_name(LeaseStoreTest& t) {
  for (const Lease& lease : {named(""), named("a", "")}) {
    expect_error(Errc::invalid_argument, [&] { (void)t.store->write(lease); }, "a write without a group or name");
    expect_error(Errc::invalid_argument, [&] { (void)t.store->remove(lease); }, "a removal without a group or name");
  }
  expect(t.store->list("publisher").empty(), "a refused write makes no lease");
}

// Each takes the counter it has seen; of all who saw the same one, one gets it.
void of_writers_at_once_one_wins(LeaseStoreTest& t) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  const std::shared_ptr<LeaseStore> other = t.open();
  on_threads(kThreads, [&](int thread) {
    LeaseStore& store = thread % 2 == 0 ? *t.store : *other;
    for (int done = 0; done < kEach;) {
      const std::vector<Lease> seen = store.list("publisher");
      Lease lease = seen.empty() ? named("a") : seen.front();
      lease.owner = "worker " + std::to_string(thread);
      lease.checkpoint = std::to_string(lease.checkpoint.empty() ? 1 : std::stoi(lease.checkpoint) + 1);
      if (store.write(lease)) ++done;
    }
  });
  const std::vector<Lease> last = t.store->list("publisher");
  expect_equal(last.size(), std::size_t{1}, "number of leases");
  expect_equal(last[0].counter, std::int64_t{kThreads * kEach}, "writes that were acknowledged");
  expect_equal(last[0].checkpoint, std::to_string(kThreads * kEach), "what each added to what it had seen");
}

// All write and remove with the same counter: as if they had seen the lease at the same moment.
void of_those_with_one_counter_one_wins(LeaseStoreTest& t) {
  constexpr int kThreads = 6;
  constexpr int kRounds = 10;
  const std::shared_ptr<LeaseStore> other = t.open();
  for (int round = 0; round < kRounds; ++round) {
    const Lease stored = t.must_write(named("shard-" + std::to_string(round)));
    std::atomic<int> written{0}, removed{0};
    on_threads(kThreads, [&](int thread) {
      LeaseStore& store = thread % 2 == 0 ? *t.store : *other;
      if (thread < 2) {
        if (store.remove(stored)) ++removed;
      } else {
        if (store.write(stored)) ++written;  // of the same content: what tells them apart is the store's matter
      }
    });
    expect_equal(written + removed, 1, "how many of them won");
    Lease next = stored;
    ++next.counter;
    std::vector<Lease> left = t.store->list("publisher");
    expect_equal(left.size(), std::size_t(written.load()), "leases that are left");
    if (!left.empty()) {
      expect_same(left[0], next);
      expect(t.store->remove(left[0]), "the lease that is left can be removed");
    }
  }
}

constexpr NamedCheck<LeaseStoreTest> kCases[] = {
    {"a group without leases is empty", a_group_without_leases_is_empty},
    {"a lease is listed as it was written, by others too", a_lease_is_listed_as_it_was_written},
    {"a write replaces the whole lease", a_write_replaces_the_whole_lease},
    {"a write of another counter changes nothing", a_write_of_another_counter_changes_nothing},
    {"the first write is of counter zero", the_first_write_is_of_counter_zero},
    {"a write of the same content is a write", a_write_of_the_same_content_is_a_write},
    {"a removed lease is gone and begins anew", a_removed_lease_is_gone},
    {"a lease of another counter is not removed", a_lease_of_another_counter_is_not_removed},
    {"groups do not meet", groups_do_not_meet},
    {"all are listed, by name", all_are_listed_by_name},
    {"large leases are all listed", large_leases_are_all_listed},
    {"leases need a group and a name", leases_need_a_group_and_a_name},
    {"of writers at once one wins, in one process and in two", of_writers_at_once_one_wins},
    {"of those with one counter one wins", of_those_with_one_counter_one_wins},
};

}  // namespace

std::vector<Case> lease_suite(MakeLeaseStore make) { return cases_of<LeaseStoreTest>(std::move(make), {kCases}); }

}  // namespace leftfold::inline v0::testing
