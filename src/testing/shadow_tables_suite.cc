// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/shadow_tables_suite.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "testing/cases_of.h"
#include "testing/read_tables_cases.h"

namespace leftfold::inline v0::testing {
namespace {

// Tables in use: "hot" with a row "old", and the checkpoints of two partitions.
struct ShadowTest : ReadTablesTest {
  explicit ShadowTest(const ReadTablesPlace& place) : ReadTablesTest{place} {
    in_use("p", Position{5}, [&](ReadModelTransaction& t) {
      tables->put("hot", "old", R"({"n":1})");
      tables->put("cold", "other", R"({"n":7})");
      t.set_handled("p", "a", Version{3});
      t.set_handled("p#reached", "b", Version{5});
      t.set_handled("p#reached", {}, Version{7});
      t.set_handled("p#missing", "c", Version{1});
    });
    in_use("p/1", Position{6}, [](ReadModelTransaction&) {});
  }

  using Work = std::function<void(ReadModelTransaction& transaction)>;
  static void commit(ReadModel& model, const std::string& name, Position done, const Work& work) {
    const auto transaction = model.begin(name);
    work(*transaction);
    transaction->commit(done);
  }
  void in_use(const std::string& name, Position done, const Work& work) const { commit(*tables, name, done, work); }

  // What a replay does first, and its first events.
  void build(ShadowTables& shadow, const char* row = R"({"n":10})") const {
    commit(shadow.model(), "p", Position{4}, [&](ReadModelTransaction& t) {
      tables->clear("hot");
      t.forget_all_handled("p");
      tables->put("hot", "new", row);
      t.set_handled("p", "a", Version{2});
      t.forget_all_handled("p#reached");
      t.set_handled("p#reached", "b", Version{4});
      t.forget_all_handled("p#missing");
      t.set_handled("p#missing", {}, Version{9});
    });
    commit(shadow.model(), "p/1", Position{2}, [](ReadModelTransaction&) {});
  }
  void swap(ShadowTables& shadow) const { shadow.begin_swap()->commit(); }

  [[nodiscard]] std::optional<Version> handled(const std::string& aggregate, const std::string& name = "p") const {
    return tables->begin("p")->handled(name, aggregate);
  }
  [[nodiscard]] std::string noted() const {
    const auto transaction = tables->begin("p");
    std::string text;
    for (const char* name : {"p#reached", "p#missing"}) {
      auto all = transaction->all_handled(name);
      std::sort(all.begin(), all.end());
      for (const HandledVersion& row : all) {
        text += (name + 2) + ("(" + row.aggregate_id) + ")=" + std::to_string(row.version.value()) + " ";
      }
    }
    return text;
  }
  void expect_old(std::source_location where = std::source_location::current()) const {
    expect_row("old", R"({"n":1})", where);
    expect_row("new", {}, where);
    expect(tables->checkpoint("p") == Position{5}, "the checkpoint is that of the tables before", where);
    expect(tables->checkpoint("p/1") == Position{6}, "so is that of a partition", where);
    expect(handled("a") == Version{3}, "so is what was handled of an aggregate", where);
    expect_equal(noted(), std::string{"reached()=7 reached(b)=5 missing(c)=1 "}, "names of the runtime's own", where);
  }
  void expect_new(std::source_location where = std::source_location::current()) const {
    expect_row("old", {}, where);
    expect_row("new", R"({"n":10})", where);
    expect(tables->checkpoint("p") == Position{4}, "the checkpoint is the shadow's", where);
    expect(tables->checkpoint("p/1") == Position{2}, "so is that of a partition", where);
    expect(handled("a") == Version{2}, "so is what was handled of an aggregate", where);
    expect_equal(noted(), std::string{"reached(b)=4 missing()=9 "}, "names of the runtime's own", where);
  }
};

void nobody_sees_what_is_in_a_shadow(ShadowTest& t) {
  const auto shadow = t.tables->open_shadow("p");
  expect(!shadow->model().checkpoint("p"), "a new shadow has no checkpoint");
  {
    const auto transaction = shadow->model().begin("p");
    expect(!transaction->checkpoint(), "nor inside a transaction");
    expect(!transaction->handled("p", "a"), "nothing was handled in it");
    t.expect_row("old", {});
    t.expect_keys({});
  }
  t.build(*shadow);
  t.expect_old();
  t.expect_keys({"old"});
  expect(shadow->model().checkpoint("p") == Position{4}, "the shadow has a checkpoint of its own");
  const auto transaction = shadow->model().begin("p");
  t.expect_keys({"new"});
  t.expect_row("new", R"({"n":10})");
  expect(transaction->handled("p", "a") == Version{2}, "and its own handled versions");
}

void what_is_undone_is_not_in_the_shadow(ShadowTest& t) {
  const auto shadow = t.tables->open_shadow("p");
  {
    const auto undone = shadow->model().begin("p");
    t.tables->put("hot", "undone", "{}");
  }
  t.build(*shadow);
  const auto transaction = shadow->model().begin("p");
  t.expect_keys({"new"});
}

void rows_of_a_shadow_are_rows(ShadowTest& t) {
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  ShadowTest::commit(shadow->model(), "p", Position{5}, [&](ReadModelTransaction&) {
    t.tables->add("hot", "new", "n", 5);
    t.tables->add("hot", "more", "n", 2);
    t.tables->put("hot", "gone", "{}");
  });
  ShadowTest::commit(shadow->model(), "p", Position{6}, [&](ReadModelTransaction&) {
    t.tables->erase("hot", "gone");
    t.tables->add("hot", "more", "n", 1);
  });
  t.swap(*shadow);
  t.expect_keys({"more", "new"});
  t.expect_row("new", R"({"n":15})");
  t.expect_row("more", R"({"n":3})");
}

void a_swap_puts_all_of_it_in_place(ShadowTest& t) {
  const std::optional<Version> changes = t.handled({});
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  {
    const auto swap = shadow->begin_swap();
    expect(swap->checkpoint() == Position{5}, "a swap knows the checkpoint of the tables in use");
  }
  t.expect_old();
  t.swap(*shadow);
  t.expect_new();
  t.expect_keys({"new"});
  expect(t.handled({}) > changes, "a swap counts as a change, for who handles the projector");
  expect(t.tables->find("cold", "other").has_value(), "a table that the shadow has not stays");
  t.reopen();
  t.expect_new();
}

// Nothing that counts there ever comes to a row of another generation.
void tables_go_on_after_a_swap(ShadowTest& t) {
  {
    const auto shadow = t.tables->open_shadow("p");
    t.build(*shadow);
    t.swap(*shadow);
  }
  t.in_use("p", Position{8}, [&](ReadModelTransaction& transaction) {
    t.tables->add("hot", "new", "n", 1);
    transaction.set_handled("p", "a", Version{4});
  });
  t.expect_row("new", R"({"n":11})");
  expect(t.handled("a") == Version{4}, "versions go on");
  t.tables->clear("hot");
  t.expect_keys({});
  t.in_use("p", Position{9}, [](ReadModelTransaction& transaction) { transaction.forget_all_handled("p"); });
  expect(!t.handled("a"), "versions are forgotten");
}

void kept_tables_come_back(ShadowTest& t) {
  (void)expect_error(Errc::not_found, [&] { (void)t.tables->restore_kept("p"); }, "nothing is kept before a swap");
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  t.swap(*shadow);
  const std::optional<Version> changes = t.handled({});
  expect_equal(t.tables->restore_kept("p"), Position{5}, "checkpoint of the tables that came back");
  t.expect_old();
  expect(t.handled({}) != changes, "that counts as a change too");
  expect_equal(t.tables->restore_kept("p"), Position{4}, "and back again");
  t.expect_new();
}

void a_swap_forgets_what_was_kept_before(ShadowTest& t) {
  for (const char* row : {R"({"n":9})", R"({"n":10})"}) {
    const auto shadow = t.tables->open_shadow("p");
    t.build(*shadow, row);
    t.swap(*shadow);
  }
  t.expect_new();
  (void)t.tables->restore_kept("p");
  t.expect_row("new", R"({"n":9})");
}

void the_first_tables_of_a_projector_may_be_a_shadow(ShadowTest& t) {
  const auto shadow = t.tables->open_shadow("q");
  ShadowTest::commit(shadow->model(), "q", Position{3},
                     [&](ReadModelTransaction&) { t.tables->put("fresh", "a", R"({"n":1})"); });
  expect(!shadow->begin_swap()->checkpoint(), "there are no tables in use");
  t.swap(*shadow);
  expect(t.tables->find("fresh", "a").has_value(), "they are in use");
  expect(t.tables->checkpoint("q") == Position{3}, "with their checkpoint");
  (void)t.tables->restore_kept("q");
  expect(!t.tables->find("fresh", "a").has_value(), "nothing was kept, so nothing comes back");
  expect(!t.tables->checkpoint("q"), "and no checkpoint");
  t.expect_old();
}

void a_discarded_shadow_is_gone(ShadowTest& t) {
  {
    const auto shadow = t.tables->open_shadow("p");
    t.build(*shadow);
    shadow->discard();
  }
  t.expect_old();
  const auto shadow = t.tables->open_shadow("p");
  expect(!shadow->model().checkpoint("p"), "another one begins anew");
  const auto transaction = shadow->model().begin("p");
  t.expect_keys({});
  expect(!transaction->handled("p", "a"), "without handled versions");
}

void an_unfinished_shadow_waits(ShadowTest& t) {
  {
    const auto shadow = t.tables->open_shadow("p");
    t.build(*shadow);
    ShadowTest::commit(shadow->model(), "p", Position{4}, [&](ReadModelTransaction& transaction) {
      transaction.set_handled("p#scan", "0/8/x", Version{0});
      transaction.set_handled("p#scan", {}, Version{1});
    });
  }
  t.reopen();
  const auto shadow = t.tables->open_shadow("p");
  {
    const auto transaction = shadow->model().begin("p");
    expect(transaction->checkpoint() == Position{4}, "its checkpoint");
    t.expect_keys({"new"});
    expect(transaction->handled("p", "a") == Version{2}, "its handled versions");
    expect_equal(transaction->all_handled("p#scan").size(), std::size_t{2}, "what a replay noted");
    transaction->forget_handled("p#scan", "0/8/x");
    expect(!transaction->handled("p#scan", "0/8/x"), "a note that is forgotten");
    transaction->forget_all_handled("p#scan");
    expect_equal(transaction->all_handled("p#scan").size(), std::size_t{1}, "the count of changes stays");
    transaction->commit(Position{4});
  }
  t.swap(*shadow);
  t.expect_new();
}

// Either the second one does not open, or the first one does not commit any more.
void one_replay_builds_a_shadow(ShadowTest& t) {
  const auto first = t.tables->open_shadow("p");
  t.build(*first);
  const std::shared_ptr<ReadTables> other = t.open();
  std::unique_ptr<ShadowTables> second;
  try {
    second = other->open_shadow("p");
  } catch (const Error& error) {
    expect_equal(error.code(), Errc::unavailable, "code");
    t.swap(*first);
    t.expect_new();
    return;
  }
  (void)expect_error(Errc::fenced, [&] { t.build(*first); }, "an earlier builder's transaction");
  (void)expect_error(Errc::fenced, [&] { t.swap(*first); }, "an earlier builder's swap");
  (void)expect_error(Errc::fenced, [&] { first->discard(); }, "an earlier builder's end");
  t.expect_old();
  t.swap(*second);
  t.expect_new();
}

void projectors_have_shadows_of_their_own(ShadowTest& t) {
  t.in_use("p/other", Position{1}, [&](ReadModelTransaction&) { t.tables->put("third", "a", "{}"); });
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  {
    const auto other = t.tables->open_shadow("p/other");
    expect(!other->model().checkpoint("p/other"), "another projector's shadow is another");
    other->discard();
  }
  t.swap(*shadow);
  t.expect_new();
  expect(t.tables->checkpoint("p/other") == Position{1}, "a projector with a similar name keeps its checkpoint");
  expect(t.tables->find("third", "a").has_value(), "and its rows");
}

// It may be another projector's.
void a_table_that_is_only_read_stays(ShadowTest& t) {
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  ShadowTest::commit(shadow->model(), "p", Position{5}, [&](ReadModelTransaction&) {
    expect(!t.tables->find("cold", "other"), "the shadow does not show it");
    expect(t.tables->list("cold", {}, 10).empty(), "nor lists it");
  });
  t.swap(*shadow);
  expect(t.tables->find("cold", "other").has_value(), "after the swap it is what it was");
}

// They were not there when what comes back was made: all of their events are missing in it.
void partitions_that_came_after_a_swap_begin_anew(ShadowTest& t) {
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  t.swap(*shadow);
  t.in_use("p/2", Position{9}, [&](ReadModelTransaction&) { t.tables->put("hot", "later", "{}"); });
  (void)t.tables->restore_kept("p");
  t.expect_old();
  expect(!t.tables->checkpoint("p/2"), "a partition of which nothing is in the tables has no checkpoint");
  (void)t.tables->restore_kept("p");
  expect(t.tables->checkpoint("p/2") == Position{9}, "and again the one it had with the others");
}

// What the Runner stores while another partition than the first has made the tables.
void every_checkpoint_comes_back(ShadowTest& t) {
  t.in_use("p", Position{-1}, [](ReadModelTransaction&) {});
  const auto shadow = t.tables->open_shadow("p");
  t.build(*shadow);
  t.swap(*shadow);
  (void)t.tables->restore_kept("p");
  expect(t.tables->checkpoint("p") == Position{-1}, "the checkpoint of tables that are made");
}

constexpr NamedCheck<ShadowTest> kCases[] = {
    {"nobody sees what is in a shadow", nobody_sees_what_is_in_a_shadow},
    {"what is undone is not in the shadow", what_is_undone_is_not_in_the_shadow},
    {"rows of a shadow are added to and erased as others", rows_of_a_shadow_are_rows},
    {"a swap puts rows, checkpoints and versions in place", a_swap_puts_all_of_it_in_place},
    {"tables go on after a swap", tables_go_on_after_a_swap},
    {"kept tables come back, with their checkpoints", kept_tables_come_back},
    {"a swap forgets what was kept before it", a_swap_forgets_what_was_kept_before},
    {"the first tables of a projector may be a shadow", the_first_tables_of_a_projector_may_be_a_shadow},
    {"a discarded shadow is gone", a_discarded_shadow_is_gone},
    {"an unfinished shadow waits for the next one to open it", an_unfinished_shadow_waits},
    {"one replay at a time builds a shadow", one_replay_builds_a_shadow},
    {"projectors have shadows of their own", projectors_have_shadows_of_their_own},
    {"a table that is only read stays", a_table_that_is_only_read_stays},
    {"partitions that came after a swap begin anew", partitions_that_came_after_a_swap_begin_anew},
    {"every checkpoint comes back", every_checkpoint_comes_back},
};

}  // namespace

std::vector<Case> shadow_tables_suite(MakeReadTables make) {
  return cases_of<ShadowTest>(ReadTablesPlace{std::move(make), {}}, {kCases});
}

}  // namespace leftfold::inline v0::testing
