// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/read_model_suite.h>

#include <utility>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

struct Place {
  MakeReadModel make;
  ReadModelSuiteOptions options;
};

// A fresh place with one open handle on it.
struct ReadModelTest {
  explicit ReadModelTest(const Place& place) : options{place.options}, open{place.make()}, handle{open()} {}
  [[nodiscard]] std::unique_ptr<ReadModelTransaction> begin(std::string_view name = "group.projector") const {
    return handle.model->begin(name);
  }
  void reopen() {
    handle = {};
    handle = open();
  }

  ReadModelSuiteOptions options;
  OpenReadModel open;
  ReadModelHandle handle;
};

void expect_checkpoint(const ReadModelTransaction& transaction, std::optional<Position> expected,
                       std::source_location where = std::source_location::current()) {
  const std::optional<Position> actual = transaction.checkpoint();
  expect_equal(actual.has_value(), expected.has_value(), "whether there is a checkpoint", where);
  if (expected) expect_equal(*actual, *expected, "checkpoint", where);
}

void a_new_projector_has_no_checkpoint(ReadModelTest& t) {
  expect_checkpoint(*t.begin(), std::nullopt);
  expect_checkpoint(*t.begin(), std::nullopt);
}

void others_see_the_committed_checkpoint(ReadModelTest& t) {
  expect(!t.handle.model->checkpoint("group.projector"), "a projector that never ran has no checkpoint");
  {
    const auto undone = t.begin();
  }
  expect(!t.handle.model->checkpoint("group.projector"), "what was undone left no checkpoint");
  t.begin()->commit(Position{5});
  const std::optional<Position> stored = t.handle.model->checkpoint("group.projector");
  expect(stored.has_value(), "a commit stores the checkpoint");
  expect_equal(*stored, Position{5}, "checkpoint");
  expect(!t.handle.model->checkpoint("group.other"), "the checkpoint belongs to one name");
}

void rows_and_checkpoint_commit_together(ReadModelTest& t) {
  {
    const auto transaction = t.begin();
    t.handle.add(5);
    expect_equal(t.handle.number(), 5, "number inside the transaction");
    transaction->commit(Position{7});
  }
  expect_equal(t.handle.number(), 5, "number after the commit");
  expect_checkpoint(*t.begin(), Position{7});
  t.reopen();
  expect_equal(t.handle.number(), 5, "number after reopening");
  expect_checkpoint(*t.begin(), Position{7});
}

void without_commit_all_is_undone(ReadModelTest& t) {
  {
    const auto transaction = t.begin();
    t.handle.add(5);
    transaction->commit(Position{7});
  }
  for (int i = 0; i < 2; ++i) {
    {
      const auto transaction = t.begin();
      t.handle.add(100);
      expect_equal(t.handle.number(), 105, "number inside the transaction");
    }
    expect_equal(t.handle.number(), 5, "number after the end without commit");
    expect_checkpoint(*t.begin(), Position{7});
  }
}

void an_exception_undoes_all(ReadModelTest& t) {
  try {
    const auto transaction = t.begin();
    t.handle.add(100);
    throw 42;  // what a projector throws goes through a transaction that was not committed
  } catch (int) {
  }
  expect_equal(t.handle.number(), 0, "number after the exception");
  expect_checkpoint(*t.begin(), std::nullopt);
}

void a_checkpoint_may_commit_alone_and_go_back(ReadModelTest& t) {
  t.begin()->commit(Position{9});
  expect_checkpoint(*t.begin(), Position{9});
  t.begin()->commit(Position{3});
  expect_checkpoint(*t.begin(), Position{3});
}

void the_start_is_a_checkpoint(ReadModelTest& t) {
  t.begin()->commit(Position::start());
  expect_checkpoint(*t.begin(), Position::start());
}

void projectors_have_their_own_checkpoints(ReadModelTest& t) {
  t.begin("group.one")->commit(Position{1});
  t.begin("group.two")->commit(Position{2});
  expect_checkpoint(*t.begin("group.one"), Position{1});
  expect_checkpoint(*t.begin("group.two"), Position{2});
  expect_checkpoint(*t.begin("group.three"), std::nullopt);
  expect_checkpoint(*t.begin("GROUP.ONE"), std::nullopt);
}

void others_see_what_is_committed(ReadModelTest& t) {
  const auto transaction = t.begin();
  t.handle.add(5);
  std::int64_t seen = -1;
  on_threads(1, [&](int) { seen = t.handle.number(); });
  expect_equal(seen, 0, "number seen by another thread during the transaction");
  transaction->commit(Position{1});
  on_threads(1, [&](int) { seen = t.handle.number(); });
  expect_equal(seen, 5, "number seen by another thread after the commit");
}

void another_handle_sees_what_is_committed(ReadModelTest& t) {
  const ReadModelHandle other = t.open();
  {
    const auto transaction = t.begin();
    t.handle.add(5);
    transaction->commit(Position{1});
  }
  expect_equal(other.number(), 5, "number seen by the other handle");
  expect_checkpoint(*other.model->begin("group.projector"), Position{1});
}

// Each transaction adds one and moves its checkpoint by one; a lost update or a half commit would part the two.
void writers_wait_for_each_other(ReadModelTest& t) {
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  const ReadModelHandle other = t.open();
  on_threads(kThreads, [&](int thread) {
    const ReadModelHandle& handle = thread % 2 == 0 ? t.handle : other;
    for (int i = 0; i < kEach;) {
      const auto transaction = handle.model->begin("group.projector");
      const Position done = transaction->checkpoint().value_or(Position::start());
      const std::int64_t number = handle.number();
      if (t.options.writers_wait) expect_equal(number, done.value(), "number, by the transaction's checkpoint");
      handle.add(1);
      try {
        if (i % 3 != 2) transaction->commit(done.next());
      } catch (const Error& error) {
        if (t.options.writers_wait || error.code() != Errc::unavailable) throw;
        continue;  // another one was first
      }
      if (i % 3 != 2) expect_equal(number, done.value(), "number, by the checkpoint of the transaction that committed");
      ++i;
    }
  });
  constexpr std::int64_t kCommits = kThreads * (kEach - kEach / 3);
  expect_equal(t.handle.number(), kCommits, "number after all");
  expect_checkpoint(*t.begin(), Position{kCommits});
}

// What handled() and all_handled() say of an aggregate of "projector".
void expect_handled(const ReadModelTransaction& transaction, std::string_view aggregate,
                    std::optional<Version> expected, std::source_location where = std::source_location::current()) {
  const std::optional<Version> actual = transaction.handled("projector", aggregate);
  expect_equal(actual.has_value(), expected.has_value(), "whether there is a handled version", where);
  if (expected) expect_equal(*actual, *expected, "handled version", where);
  int listed = 0;
  for (const HandledVersion& row : transaction.all_handled("projector")) {
    if (row.aggregate_id != aggregate) continue;
    ++listed;
    expect(row.version == expected, "all_handled() and handled() say the same", where);
  }
  expect_equal(listed, expected ? 1 : 0, "how often all_handled() lists the aggregate", where);
}

void handled_versions_commit_with_the_rows(ReadModelTest& t) {
  {
    const auto transaction = t.begin();
    expect_handled(*transaction, "a", std::nullopt);
    transaction->set_handled("projector", "a", Version{4});
    transaction->set_handled("projector", "b", Version::none());
    expect_handled(*transaction, "a", Version{4});
    t.handle.add(5);
    transaction->commit(Position{7});
  }
  t.reopen();
  const auto transaction = t.begin();
  expect_handled(*transaction, "a", Version{4});
  expect_handled(*transaction, "b", Version::none());
  expect_handled(*transaction, "A", std::nullopt);
  expect_equal(transaction->all_handled("projector").size(), std::size_t{2}, "handled versions in all");
  expect_equal(t.handle.number(), 5, "number of the same commit");
}

void without_commit_handled_versions_are_undone(ReadModelTest& t) {
  {
    const auto transaction = t.begin();
    transaction->set_handled("projector", "a", Version{4});
    transaction->commit(Position{1});
  }
  {
    const auto transaction = t.begin();
    transaction->set_handled("projector", "a", Version{5});
    transaction->set_handled("projector", "b", Version{0});
    expect_handled(*transaction, "a", Version{5});
  }
  {
    const auto transaction = t.begin();
    transaction->forget_handled("projector", "a");
    expect_handled(*transaction, "a", std::nullopt);
  }
  const auto transaction = t.begin();
  expect_handled(*transaction, "a", Version{4});
  expect_handled(*transaction, "b", std::nullopt);
}

void handled_versions_belong_to_the_projector_they_name(ReadModelTest& t) {
  {
    const auto transaction = t.begin("projector/1");
    transaction->set_handled("projector", "a", Version{4});
    transaction->set_handled("projector/1", "", Version{9});  // any text is a key, the empty one too
    transaction->commit(Position{1});
  }
  const auto transaction = t.begin("projector");
  expect_handled(*transaction, "a", Version{4});
  expect_handled(*transaction, "", std::nullopt);
  expect(!transaction->handled("other", "a"), "another projector knows nothing of it");
  expect(transaction->handled("projector/1", "") == Version{9}, "the empty key has its row");
  expect_checkpoint(*transaction, std::nullopt);
}

void a_handled_version_may_go_down_and_be_forgotten(ReadModelTest& t) {
  {
    const auto transaction = t.begin();
    transaction->set_handled("projector", "a", Version{4});
    transaction->set_handled("projector", "b", Version{4});
    transaction->commit(Position{1});
  }
  {
    const auto transaction = t.begin();
    transaction->set_handled("projector", "a", Version{2});
    transaction->forget_handled("projector", "b");
    transaction->forget_handled("projector", "never there");
    transaction->commit(Position{2});
  }
  t.reopen();
  const auto transaction = t.begin();
  expect_handled(*transaction, "a", Version{2});
  expect_handled(*transaction, "b", std::nullopt);
}

constexpr NamedCheck<ReadModelTest> kCases[] = {
    {"a new projector has no checkpoint", a_new_projector_has_no_checkpoint},
    {"others see the committed checkpoint", others_see_the_committed_checkpoint},
    {"rows and checkpoint commit together and survive reopening", rows_and_checkpoint_commit_together},
    {"without commit all is undone", without_commit_all_is_undone},
    {"an exception undoes all", an_exception_undoes_all},
    {"a checkpoint may commit alone and go back", a_checkpoint_may_commit_alone_and_go_back},
    {"the start is a checkpoint", the_start_is_a_checkpoint},
    {"projectors have their own checkpoints", projectors_have_their_own_checkpoints},
    {"handled versions commit with the rows", handled_versions_commit_with_the_rows},
    {"without commit handled versions are undone", without_commit_handled_versions_are_undone},
    {"handled versions belong to the projector they name", handled_versions_belong_to_the_projector_they_name},
    {"a handled version may go down and be forgotten", a_handled_version_may_go_down_and_be_forgotten},
    {"other threads see what is committed", others_see_what_is_committed},
    {"another handle sees what is committed", another_handle_sees_what_is_committed},
    {"writers do not get into each other's way, in one process and in two", writers_wait_for_each_other},
};

}  // namespace

std::vector<Case> read_model_suite(MakeReadModel make, ReadModelSuiteOptions options) {
  return cases_of<ReadModelTest>(Place{std::move(make), options}, {kCases});
}

}  // namespace leftfold::inline v0::testing
