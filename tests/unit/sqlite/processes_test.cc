// SPDX-License-Identifier: Apache-2.0
// Several processes on one file.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/sqlite.h>

#include "unit/sqlite/child.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::Child;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;

/// Lets a child and its parent wait for each other.
class Signal {
 public:
  Signal() { EXPECT_EQ(pipe(ends_.data()), 0); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal() {
    close(ends_[0]);
    close(ends_[1]);
  }
  void send() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  void await() const {
    char byte = 0;
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  std::array<int, 2> ends_{};
};

Instant soon() { return system_clock().instant() + std::chrono::seconds{60}; }

/// Appends to its own aggregate and, in a race with the others, to a shared one.
int append_a_lot(const std::filesystem::path& file, int process) {
  SqliteStore store{options_for(file)};  // all create the file at once
  const std::string own = "own-" + std::to_string(process);
  for (int i = 0; i < 40; ++i) {
    if (store.append(request(own, i - 1)).index() != 0) return 1;
    Version at = Version::none();
    for (;;) {
      const AppendResult result = store.append(request("shared", at.value(), 2));
      if (std::holds_alternative<Appended>(result)) break;
      at = std::get<Conflict>(result).actual;
    }
  }
  const auto keyed = std::get<Appended>(store.append(request("keyed", -1, 1, "{}", "once")));
  return keyed.repeated ? 10 : 11;
}

TEST(Processes, four_append_to_shared_and_own_aggregates) {
  const TempDir folder;
  std::vector<std::unique_ptr<Child>> children;
  for (int p = 0; p < 4; ++p) {
    children.push_back(std::make_unique<Child>([&folder, p] { return append_a_lot(folder.file(), p); }));
  }
  std::multiset<int> codes;
  for (auto& child : children) codes.insert(child->wait());
  EXPECT_EQ(codes, (std::multiset<int>{10, 10, 10, 11}));  // one was the first to use the key
  SqliteStore store{options_for(folder.file())};
  EXPECT_EQ(store.head(), Position{4 * 40 * 3 + 1});
  const EventPage shared = store.read_stream("shared", Version::none(), 1000);  // throws for a gap
  EXPECT_EQ(shared.size(), 4U * 40 * 2);
  for (const RecordedEvent& event : shared) EXPECT_EQ(event.commit_pos, event.version.value() % 2);
  Timestamp last{};
  for (const RecordedEvent& event : store.read_all(Position::start(), 1000)) {
    EXPECT_GE(event.committed_at, last);
    last = event.committed_at;
  }
}

// Looks at the file again and again while another process makes it: there is no moment at which it is a stranger's.
TEST(Processes, a_store_that_is_being_made_is_nobody_else_s) {
  for (int round = 0; round < 40; ++round) {
    const TempDir folder;
    Child maker{[&] {
      SqliteStore store{options_for(folder.file())};
      return 0;
    }};
    SqliteOptions options = options_for(folder.file());
    options.mode = SqliteOptions::Mode::read_only;
    for (bool made = false; !made;) {
      try {
        SqliteStore store{options};
        made = true;
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), Errc::not_found) << error.what();
      }
    }
    EXPECT_EQ(maker.wait(), 0);
  }
}

TEST(Processes, a_killed_owner_s_subscription_goes_on_elsewhere_at_its_checkpoint) {
  const TempDir folder;
  {
    SqliteStore create{options_for(folder.file())};
  }
  const Signal owned;
  Child owner{[&] {
    SqliteStore store{options_for(folder.file())};
    if (store.append(request("a", -1, 3)).index() != 0) return 1;
    const auto subscription = store.subscribe({.name = "s"});
    const Taken taken = subscription->take(1, {}, soon());
    if (taken.assigned.size() != 1 || taken.assigned[0].epoch != 1) return 2;
    if (!subscription->checkpoint(0, 1, Position{2})) return 3;
    owned.send();
    for (;;) pause();
  }};
  owned.await();
  SqliteStore store{options_for(folder.file())};
  const auto subscription = store.subscribe({.name = "s"});
  EXPECT_TRUE(subscription->take(1, {}, system_clock().instant()).assigned.empty());
  owner.kill();
  const Taken taken = subscription->take(1, {}, soon());
  ASSERT_EQ(taken.assigned.size(), 1U);
  EXPECT_EQ(taken.assigned[0].epoch, 2);
  EXPECT_EQ(taken.assigned[0].checkpoint, Position{2});
  const Taken rest = subscription->take(10, {}, soon());
  ASSERT_EQ(rest.events.size(), 1U);
  EXPECT_EQ(rest.events[0].position, Position{3});
}

TEST(Processes, a_waiting_take_notices_another_process_append) {
  const TempDir folder;
  {
    SqliteStore create{options_for(folder.file())};
  }
  const Signal go;
  Child writer{[&] {
    SqliteStore store{options_for(folder.file())};
    go.await();
    return store.append(request("a", -1)).index() == 0 ? 0 : 1;
  }};
  SqliteStore store{options_for(folder.file())};
  const auto subscription = store.subscribe({.name = "s"});
  ASSERT_EQ(subscription->take(1, {}, soon()).assigned.size(), 1U);
  go.send();
  const Taken taken = subscription->take(1, {}, soon());
  ASSERT_EQ(taken.events.size(), 1U);
  EXPECT_EQ(taken.events[0].aggregate_id, "a");
  EXPECT_EQ(writer.wait(), 0);
}

TEST(Processes, an_epoch_that_moved_on_fences_its_owner) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  const auto subscription = store.subscribe({.name = "s"});
  ASSERT_EQ(subscription->take(1, {}, soon()).assigned.size(), 1U);
  std::filesystem::remove(folder.file("events.db-lock"));  // the only way to two owners
  SqliteStore second_store{options_for(folder.file())};
  const auto second = second_store.subscribe({.name = "s"});
  const Taken taken = second->take(1, {}, soon());
  ASSERT_EQ(taken.assigned.size(), 1U);
  EXPECT_FALSE(subscription->checkpoint(0, 1, Position{1}));
  const Taken lost = subscription->take(1, {}, soon());
  ASSERT_EQ(lost.revoked.size(), 1U);
  EXPECT_TRUE(lost.revoked[0].lost);
  EXPECT_TRUE(second->checkpoint(0, taken.assigned[0].epoch, Position{0}));
}

}  // namespace
}  // namespace leftfold
